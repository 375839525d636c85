/* The parser's state. Only for parse*.c. */
#ifndef SHMLENS_CORE_TYPE_PARSE_PRIVATE_H
#define SHMLENS_CORE_TYPE_PARSE_PRIVATE_H

#include "core/type/lex.h"
#include "core/type/parse.h"
#include "core/type/type_private.h"

enum { LINES_MAX = 1 << 16, PARSE_DEPTH_MAX = 64 };

struct parser {
    struct types *t;
    struct lexer l;
    int depth;                /* of declarators and structs inside of one another */
    struct type_array fields; /* struct parse_field: of the structs that are still open */
    struct type_array values; /* struct type_enumerator: of the enums that are */
    struct type_array lines;  /* struct parse_line */
};

/* A line of a layout file, taken up when all types are known. */
struct parse_line {
    const char *at, *end;
    uint32_t line;
    bool place; /* `at`, else `for` */
};

/* What attributes ask for. */
struct parse_attributes {
    bool packed;
    uint32_t align; /* 0: nothing */
};

/* What precedes the declarators. */
struct parse_specifiers {
    type_id type;
    bool is_typedef;
    bool opened; /* by a struct, union or enum in this place */
    bool colon;  /* `enum e :` was read, and it was no type that followed */
    struct parse_attributes attributes;
};

struct parse_declarator {
    const char *name; /* NULL: none */
    size_t name_n;
    type_id type;
    bool direct; /* the type is the one of the specifiers */
    struct parse_attributes attributes;
};

struct parse_field {
    struct type_member member;
    struct parse_attributes attributes;
    int width; /* -1: no bitfield */
};

/* All return false when it was reported. */
MUST_USE bool parse_specifiers(struct parser *p, struct parse_specifiers *s);
MUST_USE bool parse_attributes(struct parser *p, struct parse_attributes *a);
MUST_USE bool parse_declarator(struct parser *p, type_id base, struct parse_declarator *d);
MUST_USE bool parse_record(struct parser *p, bool is_union, struct parse_specifiers *s);
MUST_USE bool parse_enum(struct parser *p, struct parse_specifiers *s);
MUST_USE bool parse_lines(struct parser *p);   /* those that were put off */
bool parse_is_type(const struct parser *p);    /* does the current token begin one? */
bool parse_is_keyword(const struct parser *p); /* does it, whatever is defined? */
bool parse_too_many(struct parser *p);         /* out of memory, or of what a set holds */

/* The name that is the current token. */
type_name parse_intern(struct parser *p);

#endif
