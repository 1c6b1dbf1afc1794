#ifndef GRADIOMETER_GRADIOMETER_H
#define GRADIOMETER_GRADIOMETER_H

/** Everything that is public. A test keeps this list complete. */
#include <gradiometer/accumulate.h>
#include <gradiometer/clients.h>
#include <gradiometer/context.h>
#include <gradiometer/cost.h>
#include <gradiometer/data.h>
#include <gradiometer/entropy.h>
#include <gradiometer/estimate.h>
#include <gradiometer/export.h>
#include <gradiometer/gradients.h>
#include <gradiometer/lwe.h>
#include <gradiometer/lwe_attack.h>
#include <gradiometer/measure.h>
#include <gradiometer/monitor.h>
#include <gradiometer/output.h>
#include <gradiometer/random.h>
#include <gradiometer/ranks.h>
#include <gradiometer/recover.h>
#include <gradiometer/report.h>
#include <gradiometer/risk.h>
#include <gradiometer/spec.h>
#include <gradiometer/status.h>
#include <gradiometer/train.h>
#include <gradiometer/version.h>

#endif
