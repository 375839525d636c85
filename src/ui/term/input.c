#include "ui/term/input.h"

#include <string.h>

#include "core/text.h"

enum { ESC = 0x1b, BEL = 0x07, PARAMS = 4, CSI_MODS_MAX = 16 };

/* What the bytes at hand turned out to be. */
enum taken { TAKEN_NONE, TAKEN_EVENT, TAKEN_NOTHING, TAKEN_WAIT };

void input_init(struct input *in)
{
    memset(in, 0, sizeof *in);
}

void input_learn(struct input *in, const char *sequence, struct key key)
{
    size_t n = strlen(sequence);
    if (n < 2 || n >= INPUT_SEQUENCE || sequence[0] != ESC || in->learned_count == INPUT_LEARNED)
        return;
    memcpy(in->learned[in->learned_count].text, sequence, n + 1);
    in->learned[in->learned_count++].key = key;
}

void input_feed(struct input *in, const void *bytes, size_t n, int64_t now)
{
    if (in->count == 0 && now - in->since >= INPUT_SILENCE)
        in->pasting = in->string = false;
    size_t room = INPUT_PENDING - in->count;
    if (in->count == 1 && in->pending[0] == ESC && !in->string && now >= input_due(in))
        in->alone = true; /* however late this thread came to look */
    if (n > room)
        n = room;
    memcpy(in->pending + in->count, bytes, n);
    in->count += n;
    in->since = now;
}

int64_t input_due(const struct input *in)
{
    if (in->count == 0)
        return INT64_MAX;
    return in->since + (in->count == 1 && in->pending[0] == ESC && !in->string ? INPUT_ESC_DELAY
                                                                               : INPUT_CUT_DELAY);
}

/* A C1 control is the ESC and the letter that it abbreviates: of `size` bytes, one raw or two of
 * UTF-8. Most terminals never send one. */
static bool expand_c1(struct input *in)
{
    const uint8_t *p = in->pending;
    size_t size = p[0] == 0xc2 ? 2 : 1;
    if (in->count < size || in->count == INPUT_PENDING)
        return false;
    uint8_t control = p[size - 1];
    if (control < 0x80 || control > 0x9f)
        return false;
    memmove(in->pending + 2, in->pending + size, in->count - size);
    in->pending[0] = ESC;
    in->pending[1] = (uint8_t)(control - 0x40);
    in->count += 2 - size;
    return true;
}

static void drop(struct input *in, size_t n)
{
    in->count -= n;
    memmove(in->pending, in->pending + n, in->count);
}

static struct event key_event(uint32_t code, uint32_t mods)
{
    return (struct event){.kind = EVENT_KEY, .key = {code, mods}};
}

/* A control character, or a character of one byte. */
static struct event byte_event(uint8_t byte, uint32_t mods)
{
    switch (byte) {
    case '\r':
    case '\n':
        return key_event(KEY_ENTER_, mods);
    case '\t':
        return key_event(KEY_TAB_, mods);
    case ESC:
        return key_event(KEY_ESC_, mods);
    case 0x7f:
    case 0x08:
        return key_event(KEY_BACKSPACE_, mods);
    case 0:
        return key_event(' ', mods | KEY_CTRL);
    default:
        break;
    }
    if (byte < 0x20)
        return key_event(byte <= 26 ? byte + 'a' - 1u : byte + 0x40u, mods | KEY_CTRL);
    return key_event(byte, mods);
}

/* The modifiers of a CSI parameter: 1 + shift + 2 alt + 4 ctrl. */
static uint32_t csi_mods(unsigned parameter)
{
    unsigned bits = parameter == 0 ? 0 : parameter - 1;
    return ((bits & 1) != 0 ? (uint32_t)KEY_SHIFT : 0) | ((bits & 2) != 0 ? (uint32_t)KEY_ALT : 0) |
           ((bits & 4) != 0 ? (uint32_t)KEY_CTRL : 0);
}

/* The key of `CSI n ~`; 0: unknown. */
static uint32_t tilde_key(unsigned n)
{
    static const uint32_t keys[] = {
        [1] = KEY_HOME_,    [2] = KEY_INSERT_,  [3] = KEY_DELETE_,   [4] = KEY_END_,
        [5] = KEY_PGUP_,    [6] = KEY_PGDN_,    [7] = KEY_HOME_,     [8] = KEY_END_,
        [11] = KEY_F1_,     [12] = KEY_F1_ + 1, [13] = KEY_F1_ + 2,  [14] = KEY_F1_ + 3,
        [15] = KEY_F1_ + 4, [17] = KEY_F1_ + 5, [18] = KEY_F1_ + 6,  [19] = KEY_F1_ + 7,
        [20] = KEY_F1_ + 8, [21] = KEY_F1_ + 9, [23] = KEY_F1_ + 10, [24] = KEY_F1_ + 11,
    };
    return n < sizeof keys / sizeof keys[0] ? keys[n] : 0;
}

/* The key of a final letter (CSI or SS3); 0: unknown. */
static uint32_t letter_key(uint8_t final)
{
    switch (final) {
    case 'A':
        return KEY_UP_;
    case 'B':
        return KEY_DOWN_;
    case 'C':
        return KEY_RIGHT_;
    case 'D':
        return KEY_LEFT_;
    case 'H':
        return KEY_HOME_;
    case 'F':
        return KEY_END_;
    case 'M': /* the keypad's; `CSI M` is a mouse report and read before */
        return KEY_ENTER_;
    case 'P':
    case 'Q':
    case 'R':
    case 'S':
        return KEY_F1_ + (uint32_t)(final - 'P');
    default:
        return 0;
    }
}

/* `CSI code ; modifiers u`: any key by its character, never ambiguous. */
static enum taken numbered_key(unsigned code, uint32_t mods, struct event *out)
{
    if (code == '\r' || code == '\t' || code == ESC || code == 0x7f || code == 0x08)
        *out = byte_event((uint8_t)code, mods);
    else if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && text_printable(code)))
        *out = key_event(code, mods & ~(uint32_t)KEY_SHIFT);
    else
        return TAKEN_NOTHING;
    return TAKEN_EVENT;
}

/* A mouse report; buttons as xterm numbers them. */
static enum taken mouse(struct input *in, unsigned code, unsigned col, unsigned row, bool release,
                        struct event *out)
{
    if (col == 0 || row == 0 || col > 4096 || row > 4096)
        return TAKEN_NOTHING;
    *out = (struct event){.kind = EVENT_MOUSE, .row = (int)row - 1, .col = (int)col - 1};
    if ((code & 64) != 0) {
        out->mouse = (code & 1) != 0 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
        return release || (code & 3) > 1 ? TAKEN_NOTHING : TAKEN_EVENT;
    }
    if (release) {
        out->mouse = MOUSE_RELEASE;
        in->held = false;
        return TAKEN_EVENT;
    }
    if ((code & 3) != 0) {
        out->mouse = MOUSE_MENU;
        return code == 2 ? TAKEN_EVENT : TAKEN_NOTHING; /* the middle one pastes, or does nothing */
    }
    out->mouse = (code & 32) != 0 ? MOUSE_DRAG : MOUSE_PRESS;
    if ((code & 32) != 0 && !in->held)
        return TAKEN_NOTHING;
    in->held = true;
    return TAKEN_EVENT;
}

/* A whole CSI sequence: its parameters, the mark before them, its final byte. */
struct csi {
    unsigned param[PARAMS];
    int count;
    uint8_t mark;  /* `<`, `?`, ... or 0 */
    uint8_t final; /* 0x40 to 0x7e */
    size_t size;   /* bytes, ESC included */
};

/* Parses the CSI at `pending`; false: it is incomplete. */
static bool csi_read(const struct input *in, struct csi *c)
{
    *c = (struct csi){.size = 2};
    const uint8_t *p = in->pending;
    if (in->count > 2 && p[2] >= '<' && p[2] <= '?')
        c->mark = p[c->size++];
    for (; c->size < in->count; c->size++) {
        uint8_t byte = p[c->size];
        if (byte >= '0' && byte <= '9') {
            if (c->count == 0)
                c->count = 1;
            unsigned *n = &c->param[c->count - 1];
            if (*n < 100000)
                *n = *n * 10 + (byte - '0');
        } else if (byte == ';') {
            c->count = c->count == 0 ? 2 : c->count < PARAMS ? c->count + 1 : PARAMS;
        } else if (byte >= 0x40 && byte <= 0x7e) {
            c->final = byte;
            c->size++;
            return true;
        } else if (byte < 0x20 || byte > 0x3f) {
            c->final = 0; /* not a valid CSI: drop what arrived */
            return true;
        }
    }
    return false;
}

static enum taken csi_event(struct input *in, const struct csi *c, struct event *out)
{
    if (c->mark == '<' && (c->final == 'M' || c->final == 'm'))
        return mouse(in, c->param[0], c->param[1], c->param[2], c->final == 'm', out);
    if (c->mark == '?' && c->final == 'c') { /* what it is: the answer to the last question */
        *out = (struct event){.kind = EVENT_ANSWERED};
        return TAKEN_EVENT;
    }
    if (c->mark != 0 || c->final == 0)
        return TAKEN_NOTHING;
    uint32_t mods = csi_mods(c->param[1]), code = 0;
    if (c->final == 'u')
        return numbered_key(c->param[0], mods, out);
    if (c->final == 'Z') {
        code = KEY_TAB_;
        mods = KEY_SHIFT;
    } else if (c->final == '~' && c->param[0] == 200) {
        in->pasting = true;
    } else if (c->final == '~' && c->param[0] == 201) {
        code = 0; /* the end of a paste that ended before */
    } else if (c->final == '~') {
        code = tilde_key(c->param[0]);
    } else if (c->final == '^' || c->final == '@') { /* rxvt */
        code = tilde_key(c->param[0]);
        mods = c->final == '^' ? KEY_CTRL : KEY_CTRL | KEY_SHIFT;
    } else if (c->final >= 'a' && c->final <= 'd') { /* rxvt: shifted arrows */
        code = letter_key((uint8_t)(c->final - 'a' + 'A'));
        mods = KEY_SHIFT;
    } else if (c->param[0] <= 1 && c->param[1] <= CSI_MODS_MAX) { /* else a report: `CSI 12;40 R` */
        code = letter_key(c->final);
    }
    *out = key_event(code, mods);
    return code == 0 ? TAKEN_NOTHING : TAKEN_EVENT;
}

/* `CSI M` and three bytes: a mouse report from before SGR. */
static enum taken old_mouse(struct input *in, struct event *out, size_t *size)
{
    const uint8_t *p = in->pending;
    *size = 6;
    if (in->count < 6)
        return TAKEN_WAIT;
    if (p[3] < 32 || p[4] < 33 || p[5] < 33)
        return TAKEN_NOTHING;
    unsigned code = p[3] - 32u;
    bool release = (code & 64) == 0 && (code & 3) == 3;
    return mouse(in, code, p[4] - 32u, p[5] - 32u, release, out);
}

static enum taken csi(struct input *in, struct event *out, size_t *size)
{
    if (in->count > 2 && in->pending[2] == 'M')
        return old_mouse(in, out, size);
    if (in->count > 2 && in->pending[2] == '[') { /* the Linux console: F1 to F5 */
        *size = 4;
        if (in->count < 4)
            return TAKEN_WAIT;
        uint8_t letter = in->pending[3];
        *out = key_event(KEY_F1_ + (uint32_t)(letter - 'A'), 0);
        return letter >= 'A' && letter <= 'E' ? TAKEN_EVENT : TAKEN_NOTHING;
    }
    struct csi c;
    if (!csi_read(in, &c))
        return TAKEN_WAIT;
    *size = c.size;
    return csi_event(in, &c, out);
}

/* A sequence from terminfo. */
static enum taken learned(const struct input *in, struct event *out, size_t *size)
{
    for (int i = 0; i < in->learned_count; i++) {
        size_t n = strlen(in->learned[i].text);
        if (n <= in->count && memcmp(in->learned[i].text, in->pending, n) == 0) {
            *out = (struct event){.kind = EVENT_KEY, .key = in->learned[i].key};
            *size = n;
            return TAKEN_EVENT;
        }
    }
    return TAKEN_NONE;
}

/* The character at pending[from]. */
static enum taken character(const struct input *in, size_t from, uint32_t mods, struct event *out,
                            size_t *size)
{
    const uint8_t *p = in->pending + from;
    if (p[0] < 0x80) {
        *out = byte_event(p[0], mods);
        *size = from + 1;
        return TAKEN_EVENT;
    }
    struct text_char c = text_decode(TEXT_UTF8, p, in->count - from);
    if (!c.valid && c.cut)
        return TAKEN_WAIT;
    *size = from + c.size;
    *out = key_event(c.cp, mods);
    return c.valid && c.cp >= 0xa0 ? TAKEN_EVENT : TAKEN_NOTHING;
}

/* A part of a colour, 1 to 4 hexadecimal digits, from 0 to 1; *at moves past it. Negative: none. */
static double colour_part(const char **at)
{
    unsigned value = 0, most = 0;
    for (int n = 0; n < 4; n++, (*at)++) {
        char c = **at;
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit == 16)
            break;
        value = value * 16 + digit;
        most = most * 16 + 15;
    }
    return most == 0 ? -1 : (double)value / most;
}

/* Is this the answer to OSC 11, `11;rgb:R/G/B` with 1 to 4 hexadecimal digits each (`rgba` with a
 * fourth part)? *light: dark text is seen better on it than light text. */
static bool is_background(const char *text, bool *light)
{
    static const char *const heads[] = {"11;rgb:", "11;rgba:"};
    const char *at = NULL;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (strncmp(text, heads[i], strlen(heads[i])) == 0)
            at = text + strlen(heads[i]);
    double part[3];
    if (at == NULL)
        return false;
    for (int i = 0; i < 3; i++) {
        part[i] = colour_part(&at);
        if (part[i] < 0 || (i < 2 && *at++ != '/'))
            return false;
    }
    if (*at != '\0' && *at != '/') /* a fourth part: how opaque it is */
        return false;
    *light = 0.299 * part[0] + 0.587 * part[1] + 0.114 * part[2] > 0.5;
    return true;
}

static void keep_answer(struct input *in, size_t n)
{
    if (!in->command)
        return;
    if (in->answered + n >= INPUT_ANSWER) {
        in->answered = INPUT_ANSWER;
        return;
    }
    memcpy(in->answer + in->answered, in->pending, n);
    in->answered += n;
}

/* The string is whole. */
static enum taken answer_event(struct input *in, struct event *out)
{
    bool light = false;
    if (!in->command || in->answered >= INPUT_ANSWER)
        return TAKEN_NOTHING;
    in->answer[in->answered] = '\0';
    if (!is_background(in->answer, &light))
        return TAKEN_NOTHING;
    *out = (struct event){.kind = EVENT_BACKGROUND, .light = light};
    return TAKEN_EVENT;
}

/* Inside a string of the terminal: drops what is here of it. *size: bytes of it. ST (ESC \\, or its
 * C1 form) or BEL ends it; CAN, SUB and any other sequence break it off. */
static enum taken string_rest(struct input *in, struct event *out, size_t *size)
{
    const uint8_t *p = in->pending;
    for (size_t i = 0; i < in->count;) {
        struct text_char c = text_decode(TEXT_UTF8, p + i, in->count - i);
        bool end = p[i] == BEL || p[i] == 0x18 || p[i] == 0x1a || (c.valid && c.cp == 0x9c) ||
                   (!c.valid && p[i] == 0x9c);
        bool cut = p[i] == ESC ? i + 1 == in->count : !end && !c.valid && c.cut;
        if (cut) {
            *size = i;
            keep_answer(in, i);
            return i == 0 ? TAKEN_WAIT : TAKEN_NOTHING;
        }
        if (end || p[i] == ESC) {
            bool st = p[i] == ESC && p[i + 1] == '\\';
            in->string = false;
            *size = end ? i + c.size : st ? i + 2 : i;
            keep_answer(in, i);
            return st || p[i] == BEL || c.cp == 0x9c || p[i] == 0x9c ? answer_event(in, out)
                                                                     : TAKEN_NOTHING;
        }
        i += c.size;
    }
    *size = in->count;
    keep_answer(in, in->count);
    return TAKEN_NOTHING;
}

/* Does a string of the terminal start here? ESC and one of these letters alone is Alt and a key. */
static bool starts_string(const struct input *in)
{
    uint8_t second = in->pending[1];
    return second == ']' || second == 'P' || second == 'X' || second == '^' || second == '_';
}

static enum taken escape(struct input *in, struct event *out, size_t *size)
{
    enum taken t = in->alone ? TAKEN_NONE : learned(in, out, size);
    if (t != TAKEN_NONE)
        return t;
    if (in->alone) {
        in->alone = false;
        *size = 1;
        *out = key_event(KEY_ESC_, 0);
        return TAKEN_EVENT;
    }
    if (in->count == 1)
        return TAKEN_WAIT;
    uint8_t second = in->pending[1];
    if (second == '[')
        return csi(in, out, size);
    if (second == 'O') {
        *size = 3;
        if (in->count < 3)
            return TAKEN_WAIT;
        *out = key_event(letter_key(in->pending[2]), 0);
        return out->key.code == 0 ? TAKEN_NOTHING : TAKEN_EVENT;
    }
    if (starts_string(in)) {
        *size = 2;
        if (in->count < 3)
            return TAKEN_WAIT;
        in->string = true;
        in->command = second == ']';
        in->answered = 0;
        return TAKEN_NOTHING;
    }
    if (second == ESC) { /* Esc, and then something else */
        *size = 1;
        *out = key_event(KEY_ESC_, 0);
        return TAKEN_EVENT;
    }
    return character(in, 1, KEY_ALT, out, size);
}

/* Between the marks of a paste: all but the end mark is text. */
static enum taken pasted(struct input *in, struct event *out, size_t *size)
{
    static const char mark[] = "\033[201~";
    size_t n = sizeof mark - 1, have = in->count < n ? in->count : n;
    if (in->pending[0] != ESC)
        return character(in, 0, 0, out, size);
    if (memcmp(in->pending, mark, have) != 0) {
        *size = 1;
        return TAKEN_NOTHING;
    }
    *size = n;
    if (have < n)
        return TAKEN_WAIT;
    in->pasting = false;
    return TAKEN_NOTHING;
}

/* What an incomplete sequence is when nothing follows: Esc, or Alt and a key, or nothing. */
static enum taken give_up(struct input *in, struct event *out, size_t *size)
{
    *size = in->count;
    in->string = false;
    if (in->pasting || in->pending[0] != ESC || in->count > 2)
        return TAKEN_NOTHING;
    *out = in->count == 1 ? key_event(KEY_ESC_, 0) : key_event(in->pending[1], KEY_ALT);
    return TAKEN_EVENT;
}

/* The next piece of what is pending. */
static enum taken take(struct input *in, struct event *out, size_t *size)
{
    if (in->string)
        return string_rest(in, out, size);
    if (in->pasting)
        return pasted(in, out, size);
    if (in->pending[0] == ESC || expand_c1(in))
        return escape(in, out, size);
    return character(in, 0, 0, out, size);
}

bool input_next(struct input *in, int64_t now, struct event *out)
{
    while (in->count > 0) {
        size_t size = 0;
        bool was_pasting = in->pasting;
        enum taken t = take(in, out, &size);
        if (t == TAKEN_WAIT) {
            if (now < input_due(in))
                return false;
            t = give_up(in, out, &size);
        }
        drop(in, size < in->count ? size : in->count);
        if (t == TAKEN_EVENT) {
            out->pasted = was_pasting && out->kind == EVENT_KEY;
            return true;
        }
    }
    return false;
}
