#!/bin/sh
# train.sh BUILD [PYTHON]: training by each optimizer against SciPy, scikit-learn and PyTorch. Gradient
# evaluations (a batch of 256 rows; N/256 for a full gradient) and seconds to 1 % above the optimum.
# CALIFORNIA is the file of California housing, MNIST and DATA (Fashion-MNIST) are folders of IDX files;
# what is absent is skipped. PARTS chooses among linear, softmax, network.
set -eu
build=${1:-build/release}
python=${2:-}
here=$(dirname "$0")
california=${CALIFORNIA:-/usr/share/datasets/california/housing.csv.gz}
mnist=${MNIST:-/usr/share/datasets/mnist}
fashion=${DATA:-/usr/share/datasets/fashion-mnist}
rounds=${ROUNDS:-3}
epochs=${EPOCHS:-300}
threads=${THREADS:-2}
parts=${PARTS:-linear softmax network}
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE || true # on either side
out=$(mktemp)
trap 'rm -f "$out"' EXIT

peers() { if [ -n "$python" ]; then "$python" "$here/train_peers.py" "$@" || true; fi; }
reader() { "${python:-python3}" "$here/train_peers.py" "$@"; }
ours() { # LABEL OPTIONS…; status 1 says that a goal was not reached
  label=$1
  shift
  if "$build/bin/gradiometer" train "$@" --threads "$threads" --json >"$out" 2>/dev/null || [ $? -eq 1 ]; then
    reader show "$label" "$out"
  else
    echo "$label: gradiometer train failed" >&2
  fi
}
head_of() {
  printf '\n**%s**\n\n' "$1"
  echo '| program | gradient evaluations | seconds | loss | |'
  echo '|---|---|---|---|---|'
}

"$build/bin/gradiometer" info | awk '/^BLAS core|^instructions/ { sub(/  +/, " "); print }'
if [ -n "$python" ]; then
  "$python" - <<'END'
for name in ("numpy", "scipy", "sklearn", "torch"):
    try:
        print(name, __import__(name).__version__)
    except ImportError:
        print(name, "absent")
END
fi

linear() {
  [ -r "$california" ] || { echo "California housing is not there (CALIFORNIA=…): skipped." >&2; return; }
  head_of 'Linear: California housing, to 1 % above the optimum'
  goal=
  for kind in raw standardised; do
    flag=
    [ "$kind" = raw ] || flag=--standardize
    for optimizer in gradiometer lbfgs ${OPTIMIZERS:-momentum sgd adam}; do
      # shellcheck disable=SC2086
      ours "$kind: " --data "$california" --target median_house_value --drop ocean_proximity --missing drop \
        --intercept $flag --optimizer "$optimizer" --until excess=0.01 --repeats 5 --epochs "$epochs"
      [ -n "$goal" ] || goal=$(reader goal "$out")
    done
  done
  ours "raw, $((10 * epochs)) epochs: " --data "$california" --target median_house_value --drop ocean_proximity \
    --missing drop --intercept --optimizer lbfgs --until excess=0.01 --epochs "$((10 * epochs))"
  peers linear "$california" "$goal" "$epochs"
}

softmax() { # NAME FOLDER GOAL: 1.01 times the optimum, by `--until excess=0.01`
  [ -r "$2/train-images-idx3-ubyte.gz" ] || { echo "$1 is not there: skipped." >&2; return; }
  head_of "Softmax: $1, penalty 1e-4, to a loss of $3"
  set -- "$2" "$3"
  # The rate that a search finds is 1, that of the curvature; Adam is given one that its peer has.
  ours '' --data "$1" --model softmax --intercept --l2 1e-4 --optimizer gradiometer --learning-rate 1 \
    --until "loss=$2" --repeats "$rounds" --epochs 20
  ours '' --data "$1" --model softmax --intercept --l2 1e-4 --optimizer lbfgs --until "loss=$2" --epochs 200
  for rate in ${ADAM_RATES:-0.003}; do
    ours '' --data "$1" --model softmax --intercept --l2 1e-4 --optimizer adam --learning-rate "$rate" \
      --until "loss=$2" --epochs 40
  done
  peers softmax "$1" "$2" "$threads" "$rounds"
}

network() {
  [ -r "$mnist/train-images-idx3-ubyte.gz" ] || { echo 'MNIST is not there (MNIST=…): skipped.' >&2; return; }
  head_of 'Network: MNIST, 784-128-10 of tanh, 3 epochs'
  for optimizer in gradiometer adam sgd; do
    ours '' --data "$mnist" --model mlp:hidden=128,act=tanh,loss=softmax --optimizer "$optimizer" --epochs 3
  done
  peers network "$mnist" 3 "$threads"
}

for part in $parts; do
  case $part in
  linear) linear ;;
  softmax)
    softmax MNIST "$mnist" 0.26184081
    softmax Fashion-MNIST "$fashion" 0.38327188
    ;;
  network) network ;;
  esac
done
