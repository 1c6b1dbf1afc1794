/* Sentences about the clients of a run. */
#ifndef GM_REPORT_CLIENTS_H
#define GM_REPORT_CLIENTS_H

#include "report/document.h"

/* How many there are, what they have and what they sent; nothing where there are none. */
void gm_say_clients(const gm_report *report, gm_text *out);

/* Those that failed, and how; nothing where none did. */
void gm_say_left_out(const gm_report *report, gm_text *out);

#endif
