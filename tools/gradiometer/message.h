/* Text in the forms that a person or a program reads. */
#ifndef GM_TOOL_MESSAGE_H
#define GM_TOOL_MESSAGE_H

#include <stdio.h>

/* Write {"error": {"status", "exit", "message"}} and a newline. */
void message_json(FILE *file, const char *status, int exit, const char *text);

/* Write text as one line: what could steer a terminal, or is not UTF-8, becomes '?'. */
void message_plain(FILE *file, const char *text);

/* Write text broken at spaces so that no line passes column `width`; lines after the first start
   at column `indent`, and so does the first if `column`, where it would start, is not beyond it. */
void message_wrap(FILE *file, const char *text, int column, int indent, int width);

/* Number of columns of a UTF-8 text, one for each character. */
int message_columns(const char *text, size_t bytes);

#endif
