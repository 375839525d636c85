/* Marks a function whose result must not be ignored: it can fail. */
#ifndef SHMLENS_ATTRIBUTES_H
#define SHMLENS_ATTRIBUTES_H

#if defined(__GNUC__)
#define MUST_USE __attribute__((warn_unused_result))
#else
#define MUST_USE
#endif

#endif
