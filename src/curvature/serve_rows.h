/* What a client does in training: sums over its rows, gradients/client_rows.h. */
#ifndef GM_SERVE_ROWS_H
#define GM_SERVE_ROWS_H

#include "gradients/client_channel.h"

extern const gm_client_duty gm_client_open_duty, gm_client_rows_duty;

#endif
