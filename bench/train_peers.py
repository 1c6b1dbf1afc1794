"""Training in SciPy, scikit-learn and PyTorch, and the table of both sides.

usage: train_peers.py linear FILE GOAL EPOCHS          SciPy on California housing, raw and standardised
       train_peers.py softmax FOLDER GOAL THREADS ROUNDS
       train_peers.py network FOLDER EPOCHS THREADS
       train_peers.py goal RESULT.json                  loss that a run was to come to
       train_peers.py show LABEL RESULT.json            rows of the table of a run of gradiometer

A row is program, gradient evaluations (batches of 256 rows; N/256 for a full gradient), seconds of
training without looking at the loss, loss over all rows with the penalty. The last two forms need no
package. Goals that were not reached are shown as "–".
"""
import csv
import gzip
import json
import os
import statistics
import sys
import time

BATCH, L2 = 256, 1e-4


def row(name, evaluations, seconds, loss, note=""):
    def shown(value, form):
        return "–" if value is None else format(value, form)

    print(f"| {name} | {shown(evaluations, '.0f')} | {shown(seconds, '.3g')} | {loss:.7g} | {note} |", flush=True)


def result(path):
    with open(path) as file:
        return json.load(file)["result"]


def show(label, path):
    for o in result(path)["optimizers"]:
        runs = o["runs"]
        reached = [r for r in runs if r["reached"] is not False]
        counts = [r["gradient_evaluations"] for r in reached]
        whole = len(reached) * 2 > len(runs)
        note = "" if o["learning_rate"] is None else f"rate {o['learning_rate']:.3g}"
        if len(runs) > 1 and whole and min(counts) < max(counts):
            note += f"; {min(counts):.0f} to {max(counts):.0f}"
        row(f"{label}{o['name']}", statistics.median(counts) if whole else None,
            statistics.median(r["seconds"] for r in runs) if whole else None, o["final_loss"], note)


def set_threads(threads):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)


def linear(path, goal, epochs):
    import numpy as np
    from scipy.optimize import minimize

    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        rows = [r for r in csv.DictReader(file)]
    names = [n for n in rows[0] if n not in ("ocean_proximity", "median_house_value")]
    kept = [r for r in rows if all(r[n] for n in names)]
    raw = np.array([[float(r[n]) for n in names] for r in kept])
    y = np.array([float(r["median_house_value"]) for r in kept])
    for kind in ("raw", "standardised"):
        x = raw if kind == "raw" else (raw - raw.mean(0)) / raw.std(0)
        x = np.column_stack((x, np.ones(len(x))))
        seen = []

        def loss(w):
            r = x @ w - y
            seen.append(r @ r / (2 * len(x)))
            return seen[-1], x.T @ r / len(x)

        start = time.perf_counter()
        minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B",
                 options=dict(maxcor=10, maxiter=10 * epochs, maxfun=10 * epochs, ftol=0, gtol=0))
        seconds = time.perf_counter() - start
        first = next((i + 1 for i, v in enumerate(seen) if v <= goal), None)
        budget = min(seen[:epochs])
        row(f"{kind}: SciPy L-BFGS-B", first and first * len(x) / BATCH, first and seconds * first / len(seen),
            seen[first - 1] if first else budget,
            f"{first} function evaluations" if first else
            f"loss after {epochs} evaluations; {min(seen):.5g} after {len(seen)}")


def images(folder):
    import numpy as np

    def read(name):
        with gzip.open(os.path.join(folder, name)) as file:
            return np.frombuffer(file.read(), np.uint8)

    x = read("train-images-idx3-ubyte.gz")[16:].reshape(-1, 784).astype(np.float32) / np.float32(255)
    return x, read("train-labels-idx1-ubyte.gz")[8:].astype(np.int64)


def full_loss(model, x, y, penalty):
    import torch

    with torch.no_grad():
        total = sum(float(torch.nn.functional.cross_entropy(model(x[i : i + 10000]), y[i : i + 10000],
                                                            reduction="sum")) for i in range(0, len(x), 10000))
        return total / len(x) + sum(penalty / 2 * float(m.weight.square().sum())
                                    for m in model.modules() if hasattr(m, "weight"))


def adam(make, x, y, rate, penalty, averaging, goal, epochs, seed):
    """Evaluations, seconds and loss: of the goal, looked for four times an epoch, or of the end."""
    import copy
    import torch

    torch.manual_seed(seed)
    model = make()
    average = copy.deepcopy(model) if averaging else None
    parameters = list(model.parameters())
    tail = list(average.parameters()) if averaging else []
    optimizer = torch.optim.Adam(parameters, rate)
    steps, seconds, best = 0, 0.0, float("inf")
    look, most = max(1, len(x) // BATCH // 4), int(epochs * len(x) / BATCH)
    order = torch.randperm(len(x))
    at = 0
    while steps < most:
        start = time.perf_counter()
        for _ in range(min(look, most - steps)):
            if at + BATCH > len(x):
                order, at = torch.randperm(len(x)), 0
            index = order[at : at + BATCH]
            at += BATCH
            loss = torch.nn.functional.cross_entropy(model(x[index]), y[index])
            if penalty:
                loss = loss + penalty / 2 * model.weight.square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps += 1
            if averaging:
                with torch.no_grad():
                    torch._foreach_lerp_(tail, parameters, 4 / (steps + 3))  # weights as the cube
        seconds += time.perf_counter() - start
        if goal is not None or steps == most:
            best = full_loss(average if averaging else model, x, y, penalty)
        if goal is not None and best <= goal:
            return steps, seconds, best, True
    return steps, seconds, best, goal is None


def lbfgs(make, x, y, goal, most):
    """Full gradients; the loss of the goal is that of its own closures, which costs nothing more."""
    import torch

    model = make()
    optimizer = torch.optim.LBFGS(model.parameters(), lr=1, max_iter=most, max_eval=most, history_size=10,
                                  tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe")
    seen, start = [], time.perf_counter()

    class Done(Exception):
        pass

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y) + L2 / 2 * model.weight.square().sum()
        loss.backward()
        seen.append(float(loss))
        if seen[-1] <= goal:
            raise Done
        return loss

    try:
        optimizer.step(closure)
    except Done:
        pass
    return len(seen), time.perf_counter() - start, seen[-1]


def logistic(x, y, goal):
    import warnings

    import numpy as np
    from sklearn.linear_model import LogisticRegression

    warnings.simplefilter("ignore")
    most = 40
    while most < 1000:
        fitted = LogisticRegression(C=1 / (len(x) * L2), solver="lbfgs", max_iter=most, tol=0)
        start = time.perf_counter()
        fitted.fit(x, y)
        seconds = time.perf_counter() - start
        z = x.astype(np.float64) @ fitted.coef_.T.astype(np.float64) + fitted.intercept_
        top = z.max(1)
        loss = np.mean(top + np.log(np.exp(z - top[:, None]).sum(1)) - z[np.arange(len(y)), y])
        loss += L2 / 2 * float(np.square(fitted.coef_.astype(np.float64)).sum())
        if loss <= goal:
            break
        most = -(-most * 6 // 5)
    return most, seconds, loss


def zero_layer():
    import torch

    layer = torch.nn.Linear(784, 10)
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    return layer


def softmax(folder, goal, threads, rounds):
    set_threads(threads)
    pixels, labels = images(folder)
    try:
        most, seconds, loss = logistic(pixels, labels, goal)
        row("scikit-learn lbfgs", most * len(pixels) / BATCH if loss <= goal else None, seconds, loss,
            f"max_iter {most}, which evaluations are at least; float32")
    except ImportError:
        print("scikit-learn absent", file=sys.stderr)
    import torch

    torch.set_num_threads(threads)
    x, y = torch.from_numpy(pixels), torch.from_numpy(labels)
    runs = [lbfgs(zero_layer, x, y, goal, 400) for _ in range(rounds)]
    count, _, loss = runs[0]
    row("PyTorch L-BFGS", count * len(x) / BATCH if loss <= goal else None,
        statistics.median(r[1] for r in runs), loss, f"{count} closures; float32")
    for averaging in (True, False):
        best, epochs = None, 40
        for rate in (1e-3, 3e-3, 1e-2):
            found = adam(zero_layer, x, y, rate, L2, averaging, goal, epochs, 1)
            if found[3]:
                epochs = min(epochs, found[0] * BATCH / len(x))
            if best is None or (not found[3], found[0], found[2]) < best[0]:
                best = ((not found[3], found[0], found[2]), rate, found)
        runs = [best[2]] + [adam(zero_layer, x, y, best[1], L2, averaging, goal, 40, s)
                            for s in range(2, rounds + 1) if best[2][3]]
        whole = all(r[3] for r in runs)
        row(f"PyTorch Adam{', averaged' if averaging else ''}",
            statistics.median(r[0] for r in runs) if whole else None,
            statistics.median(r[1] for r in runs) if whole else None,
            statistics.median(r[2] for r in runs), f"rate {best[1]:g}; float32")


def network(folder, epochs, threads):
    set_threads(threads)
    import torch

    torch.set_num_threads(threads)
    x, y = (torch.from_numpy(a) for a in images(folder))

    def make():
        return torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.Tanh(), torch.nn.Linear(128, 10))

    for rate in (1e-3, 3e-3):
        steps, seconds, loss, _ = adam(make, x, y, rate, 0, False, None, epochs, 1)
        row("PyTorch Adam", steps, seconds, loss, f"rate {rate:g}; float32")


if __name__ == "__main__":
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "linear":
        set_threads(1)
        linear(arguments[0], float(arguments[1]), int(arguments[2]))
    elif what == "softmax":
        softmax(arguments[0], float(arguments[1]), int(arguments[2]), int(arguments[3]))
    elif what == "network":
        network(arguments[0], float(arguments[1]), int(arguments[2]))
    elif what == "goal":
        print(repr(result(arguments[0])["goal_loss"]))
    elif what == "show":
        show(arguments[0], arguments[1])
