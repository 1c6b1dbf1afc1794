"""The same informativeness in PyTorch, at the same weights.

usage: measure_peers.py weights FILE COLUMNS WIDTH LAYERS
       measure_peers.py FILE COLUMNS WIDTH LAYERS SAMPLES DRAWS TIMED THREADS

The first form writes weights for all programs. The second prints a line a variant, `name seconds V processor-seconds`:
Gaussian inputs, linear targets, squared loss, a network of tanh. What is timed is the variance over
targets of the sampled gradient; the diagonal that makes it unbiased is taken off outside the time, which
favours the peers, as does that the forward pass is shared by all targets. A pass for a target costs the
same for each, so that loops over targets are timed on TIMED of DRAWS and the seconds multiplied.
"""
import os
import sys
import time

if sys.argv[1] == "weights":
    import numpy as np

    path, columns, width, layers = sys.argv[2], *map(int, sys.argv[3:6])
    rng, sizes, parts = np.random.default_rng(1), [columns] + [width] * layers + [1], []
    for inner, outer in zip(sizes, sizes[1:]):
        parts += [rng.standard_normal(outer * inner) / inner**0.5, np.zeros(outer)]
    np.concatenate(parts).tofile(path)
    sys.exit()

path = sys.argv[1]
columns, width, layers, samples, draws, timed, threads = map(int, sys.argv[2:9])
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(threads)
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import numpy as np  # noqa: E402  (after the numbers of threads)
import torch  # noqa: E402

torch.set_num_threads(threads)
generator = torch.Generator().manual_seed(1)
x64 = torch.randn(samples, columns, generator=generator, dtype=torch.float64)
y64 = x64 @ torch.randn(columns, draws, generator=generator, dtype=torch.float64)


def load(dtype):
    flat, at, out = np.fromfile(path), 0, []
    sizes = [columns] + [width] * layers + [1]
    for inner, outer in zip(sizes, sizes[1:]):
        for shape in ((outer, inner), (outer,)):
            count = int(np.prod(shape))
            out.append(torch.from_numpy(flat[at : at + count].reshape(shape)).to(dtype))
            at += count
    return out


def network(parameters, x):
    for i in range(0, len(parameters), 2):
        x = torch.nn.functional.linear(x, parameters[i], parameters[i + 1])
        x = torch.tanh(x) if i + 2 < len(parameters) else x
    return x[:, 0]


def factors(parameters, x):
    """Outputs, and for each layer its inputs and the sensitivities of the output to its sums."""
    inputs, deltas = [x], [torch.ones_like(x[:, :1])]
    for i in range(0, len(parameters) - 2, 2):
        inputs.append(torch.tanh(torch.addmm(parameters[i + 1], inputs[-1], parameters[i].T)))
    z = inputs[-1] @ parameters[-2][0] + parameters[-1]
    for i in range(len(parameters) - 2, 0, -2):
        deltas.insert(0, deltas[0] @ parameters[i] * (1 - inputs[i // 2] ** 2))
    return z, inputs, deltas


class Variance:
    """Of gradients that come one after another, or several at a time."""

    def __init__(self):
        self.count, self.total, self.squares = 0, None, 0.0

    def add(self, gradients):
        flat = [g.reshape(len(g), -1) for g in gradients]
        self.count += len(flat[0])
        self.squares += sum(float(torch.linalg.vector_norm(g, dtype=torch.float64)) ** 2 for g in flat)
        sums = [g.sum(0) for g in flat]
        self.total = sums if self.total is None else [a + b for a, b in zip(self.total, sums)]

    def value(self):
        mean = sum(float((t.double() / self.count).square().sum()) for t in self.total)
        return (self.squares - self.count * mean) / (self.count - 1)


def problem(dtype):
    parameters = load(dtype)
    for p in parameters:
        p.requires_grad_(True)
    return parameters, x64.to(dtype), y64.to(dtype)


def looped(dtype, count):
    parameters, x, y = problem(dtype)
    variance, z = Variance(), network(parameters, x)
    phi = (z.detach()[:, None] - y[:, :count]) / samples
    for h in range(count):
        variance.add([g[None] for g in torch.autograd.grad(z, parameters, phi[:, h], retain_graph=True)])
    return variance.value()


def batched(dtype, count, chunk=16):
    parameters, x, y = problem(dtype)
    variance, z = Variance(), network(parameters, x)
    phi = ((z.detach()[:, None] - y[:, :count]) / samples).T.contiguous()
    for h in range(0, count, chunk):
        variance.add(
            torch.autograd.grad(z, parameters, phi[h : h + chunk], retain_graph=True, is_grads_batched=True)
        )
    return variance.value()


def vmapped(dtype, count, chunk=16):
    parameters, x, y = problem(dtype)
    parameters = [p.detach() for p in parameters]
    z, pull = torch.func.vjp(lambda p: network(p, x), parameters)
    variance, phi = Variance(), ((z[:, None] - y[:, :count]) / samples).T.contiguous()
    for h in range(0, count, chunk):
        variance.add(torch.func.vmap(pull)(phi[h : h + chunk])[0])
    return variance.value()


def by_layers(dtype, count, chunk=16):
    """Products of each layer written out: (δ φ_h)ᵀ a for several targets at once."""
    parameters, x, y = problem(dtype)
    with torch.inference_mode():
        z, inputs, deltas = factors(parameters, x)
        variance, phi = Variance(), ((z[:, None] - y[:, :count]) / samples).T.contiguous()
        for h in range(0, count, chunk):
            gradients = []
            for a, d in zip(inputs, deltas):
                scaled = (phi[h : h + chunk, :, None] * d).transpose(1, 2)
                gradients += [scaled @ a, scaled.sum(2)]
            variance.add(gradients)
        return variance.value()


def by_jacobian(dtype, count, chunk=256):
    """Gradients of each row, then a product with the residuals."""
    parameters, x, y = problem(dtype)
    with torch.inference_mode():
        z, inputs, deltas = factors(parameters, x)
        phi, total = (z[:, None] - y[:, :count]) / samples, None
        for i in range(0, samples, chunk):
            rows = slice(i, i + chunk)
            parts = [phi[rows].T @ torch.cat(((d[rows, :, None] * a[rows, None, :]).flatten(1), d[rows]), 1)
                     for a, d in zip(inputs, deltas)]
            total = parts if total is None else [t.add_(p) for t, p in zip(total, parts)]
        variance = Variance()
        variance.add(total)
        return variance.value()


def by_gram(dtype, count):
    """Our form: N² numbers and no gradient."""
    parameters, x, y = problem(dtype)
    with torch.inference_mode():
        z, inputs, deltas = factors(parameters, x)
        phi = (z[:, None] - y[:, :count]) / samples
        phi = phi - phi.mean(1, keepdim=True)
        kernel = sum((a @ a.T + 1) * (d @ d.T) for a, d in zip(inputs, deltas))
        return float(((kernel @ phi) * phi).sum()) / (count - 1)


def unbiased(naive, count):
    """The naive variance without the pairs of an input with itself."""
    z, inputs, deltas = factors([p.detach() for p in load(torch.float64)], x64)
    spread = (z[:, None] - y64[:, :count]).var(1)
    norm = sum((a.square().sum(1) + 1) * d.square().sum(1) for a, d in zip(inputs, deltas))
    return (samples * samples * naive - float((norm * spread).sum())) / (samples * (samples - 1))


for dtype in (torch.float64, torch.float32):
    for variant in (looped, batched, vmapped, by_layers, by_jacobian, by_gram):
        count = draws if variant in (by_gram, by_jacobian) else min(timed, draws)
        variant(dtype, min(count, 32))
        start, busy = time.perf_counter(), time.process_time()
        naive = variant(dtype, count)
        seconds = (time.perf_counter() - start) * draws / count
        busy = (time.process_time() - busy) * draws / count
        kind = str(dtype).rsplit(".", 1)[1]
        print(f"{variant.__name__}_{kind} {seconds:.4g} {unbiased(naive, count):.6g} {busy:.4g}", flush=True)
