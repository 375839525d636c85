/* lab, among its own files: lab.c (the command), lab_export.c, lab_lint.c. */
#ifndef SHMLENS_CLI_COMMANDS_LAB_H
#define SHMLENS_CLI_COMMANDS_LAB_H

#include "cli/run.h"
#include "lab/shelf.h"

/* The programs of a lesson, each once, in the order in which they run. */
enum { LAB_PROGRAMS = LESSON_RUNS * (LESSON_STEPS + 1) };
int lab_programs(const struct lesson *l, const char *program[LAB_PROGRAMS]);

/* --export: every source and lesson, and a Makefile. An exit status. */
int lab_export(struct command_run *r, const struct shelf *s, const char *folder);

/* --check: reports what is wrong with the lesson in a file. An exit status. */
int lab_lint(struct command_run *r, const char *file);

#endif
