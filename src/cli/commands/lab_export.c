/* lab --export: the sources and lessons as files, and a Makefile that builds the programs. Nothing
 * that exists is overwritten: each file is made anew, and what was made goes again when one of them
 * cannot be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/lab.h"

enum { PATH_ROOM = SHELF_PATH };

static const char makefile_head[] = "# The programs of the lab of shmlens: each is one file.\n"
                                    "CC = cc\n"
                                    "CFLAGS = -std=c11 -Wall -Wextra -O1 -g\n"
                                    "PROGRAMS =";
static const char makefile_tail[] = "\n\n"
                                    "all: $(PROGRAMS)\n\n"
                                    "%: %.c\n"
                                    "\t$(CC) $(CFLAGS) -o $@ $< -pthread -lrt\n\n"
                                    "clean:\n"
                                    "\trm -f $(PROGRAMS)\n\n"
                                    ".PHONY: all clean\n";

static bool is_source(const char *name)
{
    size_t n = strlen(name);
    return n > 2 && strcmp(name + n - 2, ".c") == 0;
}

/* The Makefile's text, malloc'd; NULL: out of memory. */
static char *makefile(void)
{
    size_t n = sizeof makefile_head + sizeof makefile_tail;
    for (const struct lab_file *f = lab_files; f->name != NULL; f++)
        n += strlen(f->name) + 1;
    char *text = malloc(n);
    int at = text != NULL ? snprintf(text, n, "%s", makefile_head) : 0;
    for (const struct lab_file *f = lab_files; text != NULL && f->name != NULL; f++)
        if (is_source(f->name))
            at += snprintf(text + at, n - (size_t)at, " %.*s", (int)strlen(f->name) - 2, f->name);
    if (text != NULL)
        (void)snprintf(text + at, n - (size_t)at, "%s", makefile_tail);
    return text;
}

/* The i-th file; the first one is the Makefile. False: no more. */
static bool nth(int i, const char *make, struct lab_file *out)
{
    *out = i == 0 ? (struct lab_file){"Makefile", make} : lab_files[i - 1];
    return out->name != NULL;
}

static struct oserr path_of(const char *folder, const char *name, char path[PATH_ROOM])
{
    int n = snprintf(path, PATH_ROOM, "%s/%s", folder, name);
    return n < PATH_ROOM ? OSERR_NONE : (struct oserr){"open", SEG_E_NAME};
}

/* Writes a file that is not there yet. *made: it is now. */
static struct oserr write_new(const char *path, const char *text, bool *made)
{
    struct os_file *f;
    struct oserr e = os_file_new(path, &f);
    *made = !oserr_is(e);
    if (oserr_is(e))
        return e;
    e = os_file_write(f, text, strlen(text));
    if (oserr_is(e)) {
        os_file_abandon(f);
        return e;
    }
    return os_file_commit(f);
}

/* Writes all files into a folder; after a failure the first `*made` of them are there. `path`: the
 * last one. */
static struct oserr write_all(const char *folder, const char *make, char path[PATH_ROOM], int *made)
{
    struct lab_file f;
    struct oserr e = OSERR_NONE;
    *made = 0;
    for (int i = 0; !oserr_is(e) && nth(i, make, &f); i++) {
        bool is_made = false;
        e = path_of(folder, f.name, path);
        if (!oserr_is(e))
            e = write_new(path, f.text, &is_made);
        *made += is_made;
    }
    return e;
}

static void remove_made(const char *folder, const char *make, int made)
{
    char path[PATH_ROOM];
    struct lab_file f;
    for (int i = 0; i < made && nth(i, make, &f); i++)
        if (!oserr_is(path_of(folder, f.name, path)))
            os_remove(path);
}

static int export_to(struct command_run *r, const char *folder, const char *make)
{
    char path[PATH_ROOM];
    bool folder_made;
    int made;
    struct oserr e = os_folder_new(folder, &folder_made);
    if (oserr_is(e))
        return run_file_failed(r, folder, "cannot make the folder", e);
    e = write_all(folder, make, path, &made);
    if (!oserr_is(e))
        return EXIT_DONE;
    remove_made(folder, make, made);
    if (folder_made)
        os_remove(folder);
    return oserr_kind(e) == OSERR_K_EXISTS
               ? run_bad_word(r, "--export", path, "exists already; nothing was written")
               : run_file_failed(r, path, "cannot write it; nothing was left there", e);
}

int lab_export(struct command_run *r, const struct shelf *s, const char *folder)
{
    if (s->folder != NULL)
        return run_usage(r, "--export writes the lessons of shmlens: not with --lesson-dir");
    char *make = makefile();
    if (make == NULL)
        return run_fail(r, NULL, "write the sources", (struct oserr){"malloc", SEG_E_MEMORY});
    int status = export_to(r, folder, make);
    free(make);
    return status;
}
