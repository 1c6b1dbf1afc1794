/* How far two numbers go up together, whatever their scales. */
#ifndef GM_EXPERIMENTS_RANKS_H
#define GM_EXPERIMENTS_RANKS_H

/* Spearman's rank correlation: the correlation of the ranks. NaN where all of x or all of y are
   equal, or a value is NaN. Of independent x and y it has mean 0 and, but for ties, variance
   1/(count − 1). Cost: count² comparisons. */
double rank_correlation(int count, const double *x, const double *y);

#endif
