/* machine.h: what `hopsweep doctor` looks at in this process: one function per subject. Each prints its findings. */
#ifndef HS_RUNNER_COMMANDS_MACHINE_H
#define HS_RUNNER_COMMANDS_MACHINE_H

#include <stdarg.h>

#include "run_options.h"

typedef enum hs_finding { HS_FINDING_OK, HS_FINDING_NOTE, HS_FINDING_PROBLEM } hs_finding;

/* Findings go to stdout, one line each: "ok ...", "note ...", "PROBLEM ... → remedy". */
typedef struct hs_doctor {
  int problems;
} hs_doctor;

void hs_doctor_say(hs_doctor *doctor, hs_finding finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void hs_examine_cores(hs_doctor *doctor, const hs_settings *settings);
void hs_examine_launch(hs_doctor *doctor);
void hs_examine_memory(hs_doctor *doctor);
void hs_examine_data(hs_doctor *doctor, const hs_run_options *options);
void hs_examine_programs(hs_doctor *doctor);
void hs_examine_store(hs_doctor *doctor, const char *path);

#endif
