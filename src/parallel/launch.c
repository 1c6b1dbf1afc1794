#include <stdlib.h>
#include <string.h>

#include <gradiometer/ranks.h>

enum { MOST = 1 << 20 };

/* What launchers tell a process: how many were started, and which it is. */
static const struct {
    const char *count, *rank;
} told[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"}, /* mpirun of Open MPI */
            {"PMI_SIZE", "PMI_RANK"},                         /* MPICH, Slurm */
            {"SLURM_NTASKS", "PMIX_RANK"}};                   /* srun --mpi=pmix */

/* A whole number from 0; −1 where the variable holds none. */
static long number_in(const char *variable) {
    const char *text = getenv(variable);
    char *end = NULL;
    if (!text || !*text)
        return -1;
    const long number = strtol(text, &end, 10);
    return *end == '\0' && number >= 0 && number <= MOST ? number : -1;
}

int gm_ranks_launched(int *ranks) {
    const char *wanted = getenv("GRADIOMETER_MPI");
    int count = 1, rank = 0;
    for (size_t i = 0; i < sizeof told / sizeof *told && count == 1; i++) {
        const long size = number_in(told[i].count), place = number_in(told[i].rank);
        if (size > 1 && place >= 0 && place < size) {
            count = (int)size;
            rank = (int)place;
        }
    }
    if (wanted && strcmp(wanted, "off") == 0)
        count = 1, rank = 0;
    if (ranks)
        *ranks = count;
    return rank;
}
