/* The layouts that are known without being named: files NAME.layout in the user's folder and in the
 * one that is shipped with the program. Which of them fit a segment, and where.
 *
 * Each file is a set of types of its own, so that two files may use one name for two things, and a
 * file that cannot be understood is left out alone. A file of the user hides the shipped one of the
 * same name. All are read once by layouts_load(); then nothing changes, and threads may share it.
 *
 *     struct layouts *all;
 *     struct oserr e = layouts_load(&all);
 *     struct layout_names names;
 *     if (!oserr_is(e) && layout_names_of(seg, &names)) {
 *         struct layout_match match[8];
 *         size_t n = layouts_match(all, &names.names, &source, match, 8);   (source.t: ignored)
 *         ... match[i].layout->t has the types, match[i].root is what lies there
 *     }
 */
#ifndef SHMLENS_LAYOUTS_LAYOUTS_H
#define SHMLENS_LAYOUTS_LAYOUTS_H

#include "backend/segment.h"
#include "core/type/place.h"

enum layout_origin { LAYOUT_USER, LAYOUT_SHIPPED };

struct layout_file {
    char *name; /* of the file, without `.layout`; raw */
    char *path; /* raw */
    enum layout_origin origin;
    struct types *t; /* as this machine's compilers lay out; NULL: it is not used, since */
    char *why;       /* `FILE:LINE: what`, printable */
};

/* Those of the user first, each part by name. */
struct layouts {
    struct layout_file *row;
    size_t count, room;
};

/* Reads the folders `$XDG_CONFIG_HOME/shmlens/layouts` (Windows: `%APPDATA%\shmlens\layouts`) and
 * `PREFIX/share/shmlens/layouts` (also `layouts` beside the program). A folder that is not there is
 * empty. The caller frees with layouts_free. */
MUST_USE struct oserr layouts_load(struct layouts **out);

/* The same, but of the shipped ones only those that may matter, which saves most of the time: that
 * place something in a segment with these names, or (type not NULL) speak of a type with that name.
 */
MUST_USE struct oserr layouts_load_for(struct layouts **out, const struct place_names *names,
                                       const char *type);
void layouts_free(struct layouts *l); /* NULL is all right */

const char *layout_origin_name(enum layout_origin origin); /* "user", "shipped" */

/* ---- which fit ---- */

/* What a segment is called, for `at` lines. */
struct layout_names {
    char *text[PLACE_NAMES]; /* owned */
    struct place_names names;
};

/* The names of an open segment, of a recording those of the segment that was recorded. False: out
 * of memory. The caller frees with layout_names_free. */
MUST_USE bool layout_names_of(const struct seg *s, struct layout_names *out);
void layout_names_free(struct layout_names *n);

/* A type that lies in the segment. */
struct layout_match {
    const struct layout_file *layout; /* NULL: of a set of another origin */
    const struct type_place *place;
    struct type_node root; /* in the types of layout->t */
};

/* Asks every `at` line of the set source->t. Returns how many hold; the first `max` are in out. Of
 * lines with the same offset the first one that holds counts: the others are for other versions. */
size_t layouts_places(const struct type_source *source, const struct place_names *names,
                      struct layout_match *out, size_t max);

/* The same of all files, reading through the source, whose own types do not matter. */
size_t layouts_match(const struct layouts *l, const struct place_names *names,
                     const struct type_source *source, struct layout_match *out, size_t max);

/* The layout that declares a type of this name and places it in the segment, else the first that
 * declares it; *id is the type. NULL: none. */
const struct layout_file *layouts_find(const struct layouts *l, const char *type,
                                       const struct place_names *names,
                                       const struct type_source *source, type_id *id);

#endif
