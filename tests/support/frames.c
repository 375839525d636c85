#include "support/frames.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAX = 16384, FRAME_MAX = 1024 * 1024 };

static size_t put(char *out, size_t at, const char *text)
{
    size_t n = strlen(text);
    ck_assert_msg(at + n < FRAME_MAX, "a frame is larger than %d bytes", FRAME_MAX);
    (void)snprintf(out + at, FRAME_MAX - at, "%s", text);
    return at + n;
}

/* The picture of a canvas, malloc'd. */
static char *picture(const struct canvas *c)
{
    char *out = malloc(FRAME_MAX);
    char *row = malloc(ROW_MAX);
    ck_assert(out != NULL && row != NULL);
    char head[64];
    snprintf(head, sizeof head, "%dx%d cursor %d,%d\n", c->cols, c->rows, c->cursor_row,
             c->cursor_col);
    size_t at = put(out, 0, head);
    for (int r = 0; r < c->rows; r++) {
        canvas_row_text(c, r, row, ROW_MAX);
        at = put(out, at, "|");
        at = put(out, at, row);
        at = put(out, at, "\n");
    }
    at = put(out, at, "styles\n");
    for (int r = 0; r < c->rows; r++) {
        canvas_row_styles(c, r, row, ROW_MAX);
        size_t n = strlen(row);
        while (n > 0 && row[n - 1] == ' ')
            row[--n] = '\0';
        at = put(out, at, "|");
        at = put(out, at, row);
        at = put(out, at, "\n");
    }
    free(row);
    return out;
}

static char *stored(const char *path)
{
    char *text = calloc(1, FRAME_MAX);
    ck_assert(text != NULL);
    FILE *f = fopen(path, "rb");
    if (f != NULL) {
        size_t n = fread(text, 1, FRAME_MAX - 1, f);
        text[n] = '\0';
        fclose(f);
    }
    return text;
}

static void store(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    ck_assert_msg(f != NULL, "cannot write %s", path);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

/* Steps over one line of a text; returns its length without the newline. */
static int next_line(const char **text, const char **line)
{
    size_t n = strcspn(*text, "\n");
    *line = *text;
    *text += n + ((*text)[n] == '\n');
    return (int)n;
}

/* Prints the rows in which two pictures differ: `-` is expected, `+` was drawn. */
static void print_difference(const char *wanted, const char *is)
{
    const char *part = "text", *old, *new;
    int row = -1; /* before row 0 stands the size, or the word `styles` */
    while (*wanted != '\0' || *is != '\0') {
        int m = next_line(&wanted, &old), n = next_line(&is, &new);
        if (m != n || memcmp(old, new, (size_t)n) != 0)
            fprintf(stderr, "%s %d\n-%.*s\n+%.*s\n", part, row, m, old, n, new);
        row++;
        if (n == 6 && memcmp(new, "styles", 6) == 0) {
            part = "styles";
            row = 0;
        }
    }
}

void frame_check(const struct canvas *c, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.txt", SHMLENS_FRAMES, name);
    char *is = picture(c);
    const char *update = getenv("SHMLENS_UPDATE_FRAMES");
    if (update != NULL && strcmp(update, "1") == 0) {
        store(path, is);
        free(is);
        return;
    }
    char *wanted = stored(path);
    bool same = strcmp(is, wanted) == 0;
    if (!same)
        print_difference(wanted, is);
    free(wanted);
    free(is);
    ck_assert_msg(same, "frame %s differs", name);
}

int frame_find(const struct canvas *c, const char *text)
{
    char row[ROW_MAX];
    for (int r = 0; r < c->rows; r++) {
        canvas_row_text(c, r, row, sizeof row);
        if (strstr(row, text) != NULL)
            return r;
    }
    return -1;
}
