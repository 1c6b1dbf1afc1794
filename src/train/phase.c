#include "train/phase.h"

#include <math.h>
#include <string.h>

#include "base/special.h"

void gm_phase_begin(gm_phase *phase, int64_t length) {
    const size_t bytes = (size_t)phase->dimension * sizeof *phase->piece;
    *phase = (gm_phase){.dimension = phase->dimension,
                        .piece = phase->piece,
                        .whole = phase->whole,
                        .length = length};
    memset(phase->piece, 0, bytes);
    memset(phase->whole, 0, bytes);
}

/* Compare the piece that is over with those before it, and put it to them. */
static void end_piece(gm_phase *phase) {
    double overlap = 0.0;
    for (int64_t i = 0; i < phase->dimension; i++) {
        overlap += phase->piece[i] * phase->whole[i];
        phase->whole[i] += phase->piece[i];
        phase->piece[i] = 0.0;
    }
    phase->overlap += overlap;
    phase->overlap_squares += overlap * overlap;
}

bool gm_phase_add(gm_phase *phase, const gm_step *step) {
    const int64_t whole = GM_PHASE_PIECES * phase->length;
    const double loss = step->of[GM_LOSS], turned = step->of[GM_TURNED];
    const double away = loss - phase->loss;
    const double place = (double)phase->steps - 0.5 * (double)(whole - 1);
    phase->steps++;
    phase->loss += away / (double)phase->steps;
    phase->loss_squares += away * (loss - phase->loss);
    phase->first_loss = phase->steps == 1 ? loss : phase->first_loss;
    phase->loss_slope += place * (loss - phase->first_loss);
    phase->before += step->of[GM_BEFORE];
    phase->turned += turned;
    phase->turned_squares += turned * turned;
    if (phase->steps % phase->length == 0)
        end_piece(phase);
    return phase->steps == whole;
}

/*
 * y_b = ⟨S_1 + … + S_b−1, S_b⟩ of the pieces S_1 … S_B. In a run that goes nowhere its mean is at
 * most 0, whatever went before; where pieces are independent it is 0, and Σ y_b/√(Σ y_b²) is close
 * to a standard normal above, whatever their covariance (of one dimension its tail is lighter).
 */
bool gm_phase_drifts(const gm_phase *phase) {
    return phase->overlap > gm_normal_quantile(GM_MONITOR_LEVEL) * sqrt(phase->overlap_squares);
}

bool gm_phase_falls(const gm_phase *phase) {
    const double n = (double)phase->steps, spread = n * (n * n - 1.0) / 12.0;
    const double slope = phase->loss_slope / spread;
    const double rest = fmax(0.0, phase->loss_squares - slope * slope * spread);
    const double error = sqrt(rest / (n - 2.0) / spread);
    return slope < -gm_student_quantile(n - 2.0, GM_MONITOR_LEVEL) * error;
}

void gm_phase_constants(const gm_phase *phase, double *value, double *variance) {
    const double n = (double)phase->steps, mean = phase->before / n;
    *value = *variance = 0.0;
    if (!(mean > 0.0))
        return;
    *value = phase->turned / mean;
    *variance = fmax(0.0, phase->turned_squares - phase->turned * phase->turned / n) / mean / mean;
}
