/* What commands on instances share: an instance in a result, and writing one. */
#ifndef GM_TOOL_LWE_INSTANCE_H
#define GM_TOOL_LWE_INSTANCE_H

#include "session.h"

/* Set n, q, sigma, samples, the law of the secret at path `law`, hamming, secret_sigma (null where
   not known), threshold and log2_false_acceptance of a result, and warn where a wrong secret would
   be accepted. */
GM_MUST_USE gm_status lwe_report_instance(gm_report *report, const gm_lwe *instance,
                                          const char *law);

/* Make an instance from the options of a command.
     centred  where entries below 0 were brought to [0, q): how many; otherwise left as it is */
typedef gm_status lwe_make(struct session *session, const void *values, int64_t *centred,
                           gm_lwe **out);

/* Make an instance, write it with its result into the folder --out, and print the result. Returns
   the exit status, failures told. */
int lwe_write_instance(struct session *session, const void *values, lwe_make *make);

/* EXIT_DONE where --out was given; otherwise a failure that was told. */
int lwe_need_folder(struct session *session);

#endif
