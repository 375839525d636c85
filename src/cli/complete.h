/* Completion: which words fit at a place of a command line. A place is named by a token of the
 * tables, such as `VIEW`, `next|prev|VIEW` or `[LENGTH]`: words in small letters stand for
 * themselves, names in capitals for a set of words. The `:` prompt and the shells use the same. */
#ifndef SHMLENS_CLI_COMPLETE_H
#define SHMLENS_CLI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

enum { TOKEN_MAX = 128 };

/* What only the caller knows: the segments there are, the files, its own commands. */
enum complete_more { COMPLETE_NOTHING, COMPLETE_SEGMENTS, COMPLETE_FILES, COMPLETE_COMMANDS };

/* Calls `each` with every word that the token stands for, and says what else fits there. */
enum complete_more complete_token(const char *token, void (*each)(void *ctx, const char *word),
                                  void *ctx);

/* Token i of a list of arguments (`LOCATOR FILE [OFFSET [LENGTH]]`), without brackets. One with
 * dots at its end stands for all that follow. False: there are fewer. */
bool complete_nth(const char *synopsis, size_t i, char token[TOKEN_MAX]);

/* Completions of the last word of `line[0, cursor)` at the `:` prompt, where the segment is left
 * out when `attached`. Calls `each` with every candidate (the whole word) of a command's name,
 * option, value or argument, and says what else fits. */
enum complete_more command_complete(const char *line, size_t cursor, bool attached,
                                    void (*each)(void *ctx, const char *word), void *ctx);

#endif
