#ifndef GRADIOMETER_EXPORT_H
#define GRADIOMETER_EXPORT_H

/** Marks what the shared library shows; everything else is hidden. */
#define GM_API __attribute__((visibility("default")))

/** Makes the compiler warn where a returned status is ignored. */
#define GM_MUST_USE __attribute__((warn_unused_result))

#ifdef __cplusplus
#define GM_BEGIN_DECLS extern "C" {
#define GM_END_DECLS   }
#else
#define GM_BEGIN_DECLS
#define GM_END_DECLS
#endif

#endif
