/* Drawing: runs gnuplot where it is installed. Without it there are no pictures, and nothing else
   is missing. */
#ifndef GRADIOMETER_TOOL_GNUPLOT_H
#define GRADIOMETER_TOOL_GNUPLOT_H

#include <stdbool.h>

/** Says whether the drawing should end early; called every few milliseconds. */
typedef bool (*gnuplot_cancelled)(void *user);

/**
 * Run a gnuplot script that prints SVG on standard output, for at most `seconds`.
 *
 * The child takes the script from a socket, has no signal blocked, reads no start-up file, and its
 * messages go to /dev/null. It is gone when this returns.
 * @param cancelled  NULL: cannot be ended early
 * @param reason     set where NULL is returned: why there is no picture, static
 * @return the SVG, freed with free(); NULL: none
 */
char *gnuplot_draw(const char *script, double seconds, gnuplot_cancelled cancelled, void *user,
                   const char **reason);

#endif
