"""The same pairs of gradients to second moments in NumPy and PyTorch.

usage: recover_peers.py DATA PAIRS BATCH THREADS REPEATS

Prints one line a variant: `name seconds`, medians of REPEATS after a warm-up. Every variant draws the
noise of each batch, forms both gradients g(y+e) and g(y-e) in one product, halves their difference,
and multiplies the noise vectors out at the end. `gather` draws rows with replacement, as gradiometer
does; `contiguous` spares that and walks through the data; `bytes` gathers pixels before widening them.
Data are float32 unless said: half the bytes of ours in arithmetic, four times those in storage.
"""
import gzip
import os
import statistics
import sys
import time

data, pairs, batch, threads, repeats = sys.argv[1], *map(int, sys.argv[2:6])
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(threads)
os.environ.pop("OPENBLAS_CORETYPE", None)

import numpy as np  # noqa: E402  (after the numbers of threads)


def pixels(name):
    with gzip.open(os.path.join(data, name)) as file:
        return np.frombuffer(file.read(), np.uint8)


raw = pixels("train-images-idx3-ubyte.gz")[16:].reshape(-1, 784)
labels = pixels("train-labels-idx1-ubyte.gz")[8:].astype(np.float64)


def report(name, run):
    run(0)
    times = []
    for repeat in range(repeats):
        start = time.perf_counter()
        moments = run(repeat)
        times.append(time.perf_counter() - start)
    # The trace is that of the data within a few percent: a variant that is wrong is not a peer.
    found, expected = float(np.trace(moments)), TRACE
    assert abs(found / expected - 1) < 0.1, (name, found, expected)
    print(f"{name} {statistics.median(times):.4g}", flush=True)


TRACE = float((raw.astype(np.float32) / 255).astype(np.float64).__pow__(2).sum() / len(raw))


def numpy_variants():
    for dtype in (np.float32, np.float64):
        x = (raw / 255).astype(dtype)
        residual = (-labels).astype(dtype)  # at w = 0
        scale = dtype(1 / batch)

        def run(seed, contiguous=False):
            rng = np.random.default_rng(seed)
            vectors = np.empty((pairs, x.shape[1]), dtype)
            mean = np.zeros(x.shape[1], dtype)
            for j in range(pairs):
                if contiguous:
                    first = j * batch % (len(x) - batch)
                    rows, r = x[first : first + batch], residual[first : first + batch]
                else:
                    index = rng.integers(0, len(x), batch)
                    rows, r = x[index], residual[index]
                e = rng.standard_normal(batch, dtype) * dtype(batch**0.5)
                plus, minus = np.stack((r - e, r + e)) @ rows * scale
                vectors[j] = (plus - minus) / 2
                mean += (plus + minus) / 2
            return vectors.T @ vectors / dtype(pairs)

        kind = np.dtype(dtype).name
        report(f"numpy_gather_{kind}", run)
        report(f"numpy_contiguous_{kind}", lambda seed: run(seed, True))


def torch_variants():
    try:
        import torch
    except ImportError:
        print("torch absent", flush=True)
        return
    torch.set_num_threads(threads)
    x = torch.from_numpy((raw / 255).astype(np.float32))
    pixels8 = torch.from_numpy(raw.copy())
    residual = torch.from_numpy((-labels).astype(np.float32))

    def run(seed, contiguous=False, bytes_first=False, group=1):
        generator = torch.Generator().manual_seed(seed)
        vectors = torch.empty((pairs, x.shape[1]))
        mean = torch.zeros(x.shape[1])
        for j in range(0, pairs, group):
            size = group * batch
            if contiguous:
                first = j * batch % (len(x) - size)
                rows, r = x[first : first + size], residual[first : first + size]
            else:
                index = torch.randint(0, len(x), (size,), generator=generator)
                r = residual[index]
                rows = pixels8[index].to(torch.float32) / 255 if bytes_first else x[index]
            e = torch.randn(size, generator=generator) * batch**0.5
            both = torch.stack((r - e, r + e)).view(2, group, batch).transpose(0, 1)
            g = torch.bmm(both, rows.view(group, batch, -1)) / batch
            vectors[j : j + group] = (g[:, 0] - g[:, 1]) / 2
            mean += (g[:, 0] + g[:, 1]).sum(0) / 2
        return (vectors.T @ vectors / pairs).numpy()

    with torch.inference_mode():
        report("torch_gather", run)
        report("torch_contiguous", lambda seed: run(seed, contiguous=True))
        report("torch_gather_16_batches", lambda seed: run(seed, group=16))
        report("torch_contiguous_16_batches", lambda seed: run(seed, contiguous=True, group=16))
        report("torch_gather_bytes", lambda seed: run(seed, bytes_first=True))


numpy_variants()
torch_variants()
