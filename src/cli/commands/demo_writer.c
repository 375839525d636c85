/* The demo's writer process: writes into /shmlens-demo as any program would, and obeys a command
 * word in it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/demo.h"
#include "cli/commands/demo_layout.h"
#include "core/text.h"

enum { STEPS_A_TEXT = 150, STEPS_A_RECORD = 12, TAIL_BEHIND = 5 };

#define STEP_NORMAL INT64_C(10000000) /* ns between steps */
#define STEP_FAST   INT64_C(1000000)

struct writer {
    struct seg *seg;
    uint64_t beat;
    uint32_t head;
    uint32_t obeyed;
    struct oserr error; /* the first failed store; later ones are skipped */
};

static void put(struct writer *w, uint64_t offset, const void *value, size_t n)
{
    struct poke p = {.offset = offset, .size = (uint32_t)n};
    struct poked done;
    memcpy(p.value, value, n);
    if (!oserr_is(w->error))
        w->error = seg_poke(w->seg, &p, &done);
}

static void put_u32(struct writer *w, uint64_t offset, uint32_t value)
{
    put(w, offset, &value, sizeof value);
}

static void put_bytes(struct writer *w, uint64_t offset, const void *p, size_t n)
{
    size_t done = 0;
    if (!oserr_is(w->error))
        w->error = seg_store(w->seg, offset, p, n, &done);
}

/* ---- texts ---- */

static const char *const texts[] = {
    "Hello from the writer!", "Grüße aus dem Speicher", "Γειά σου, κόσμε", "Привет из памяти",
    "こんにちは、メモリ",     "共享内存里的你好",       "नमस्ते दुनिया",      "emoji: 😀 🚀 🧠",
};

/* A text in this encoding, padded with NULs. */
static void put_text(struct writer *w, uint64_t offset, const char *text, enum text_encoding enc)
{
    uint8_t bytes[DEMO_TEXT_SIZE] = {0};
    size_t n = strlen(text);
    size_t used = 0;
    for (size_t i = 0; i < n;) {
        uint8_t one[4];
        struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)text + i, n - i);
        size_t m = text_encode(enc, c.cp, one);
        if (used + m > sizeof bytes - 2)
            break;
        memcpy(bytes + used, one, m);
        used += m;
        i += c.size;
    }
    put_bytes(w, offset, bytes, sizeof bytes);
}

static enum text_encoding native_utf16(void)
{
    uint16_t one = 1;
    uint8_t first = 0;
    memcpy(&first, &one, 1);
    return first == 1 ? TEXT_UTF16LE : TEXT_UTF16BE;
}

static void put_texts(struct writer *w)
{
    size_t count = sizeof texts / sizeof texts[0];
    size_t i = (size_t)(w->beat / STEPS_A_TEXT);
    if (w->beat % STEPS_A_TEXT == 0)
        put_text(w, DEMO_AT_UTF8, texts[i % count], TEXT_UTF8);
    if (w->beat % STEPS_A_TEXT == STEPS_A_TEXT / 2 || w->beat == 0)
        put_text(w, DEMO_AT_UTF16, texts[(i + 3) % count], native_utf16());
}

/* ---- one step ---- */

static void put_record(struct writer *w)
{
    uint8_t record[DEMO_RECORD_SIZE] = {0};
    uint64_t number = w->head;
    char text[24];
    int n = snprintf(text, sizeof text, "record %u", (unsigned)(w->head % 1000000));
    memcpy(record, &number, sizeof number);
    memcpy(record + 8, &w->beat, sizeof w->beat);
    memcpy(record + 16, text, n < 16 ? (size_t)n : 16);
    put_bytes(w, DEMO_AT_RECORDS + (uint64_t)(w->head % DEMO_SLOTS) * DEMO_RECORD_SIZE, record,
              sizeof record);
    w->head++;
    put_u32(w, DEMO_AT_HEAD, w->head);
    put_u32(w, DEMO_AT_TAIL, w->head < TAIL_BEHIND ? 0 : w->head - TAIL_BEHIND);
}

static void put_numbers(struct writer *w)
{
    uint8_t u8 = (uint8_t)w->beat;
    uint16_t u16 = (uint16_t)w->beat;
    uint32_t u32 = (uint32_t)(w->beat * 7);
    uint64_t u64 = w->beat * UINT64_C(1000003);
    double sine = sin((double)w->beat / 50);
    float less = (float)sine;
    put(w, DEMO_AT_U8, &u8, sizeof u8);
    put(w, DEMO_AT_U16, &u16, sizeof u16);
    put(w, DEMO_AT_U32, &u32, sizeof u32);
    put(w, DEMO_AT_U64, &u64, sizeof u64);
    put(w, DEMO_AT_F32, &less, sizeof less);
    put(w, DEMO_AT_F64, &sine, sizeof sine);
    put(w, DEMO_AT_HEARTBEAT, &w->beat, sizeof w->beat);
}

static void obey(struct writer *w)
{
    uint32_t command = DEMO_RUN;
    size_t got = 0;
    struct oserr e = seg_read(w->seg, DEMO_AT_COMMAND, &command, sizeof command, &got);
    if (!oserr_is(e) && got == sizeof command && command != w->obeyed) {
        w->obeyed = command;
        put_u32(w, DEMO_AT_OBEYED, command);
    }
}

static void step(struct writer *w)
{
    obey(w);
    if (w->obeyed == DEMO_PAUSE)
        return;
    put_texts(w);
    put_numbers(w);
    if (w->beat % STEPS_A_RECORD == 0)
        put_record(w);
    w->beat++;
}

/* Everything but the magic, then the magic: whoever sees it sees a complete header. */
static void start(struct writer *w)
{
    static const char end[] = "the other end: between here and 0x2000 nothing was ever written";
    put_u32(w, DEMO_AT_VERSION, DEMO_VERSION);
    put_u32(w, DEMO_AT_PID, os_pid());
    put_u32(w, DEMO_AT_SLOTS, DEMO_SLOTS);
    put_u32(w, DEMO_AT_RECORD_SIZE, DEMO_RECORD_SIZE);
    put_bytes(w, DEMO_AT_END_TEXT, end, sizeof end);
    step(w);
    put(w, DEMO_AT_MAGIC, DEMO_MAGIC, sizeof DEMO_MAGIC);
}

int demo_writer(struct command_run *r, int64_t until)
{
    struct writer w = {.seg = NULL};
    int64_t due = os_now();
    struct oserr e = seg_create(r->env->be, r->raw, DEMO_SIZE, 0600, &w.seg);
    if (oserr_is(e))
        return run_fail(r, NULL, "create it", e);
    start(&w);
    do {
        due += w.obeyed == DEMO_FAST ? STEP_FAST : STEP_NORMAL;
        due = due < os_now() ? os_now() : due;
        if (!progress_sleep(r->env->progress, due < until ? due : until))
            break;
        step(&w);
    } while (os_now() < until && !oserr_is(w.error));
    struct seg_stat st;
    e = seg_refresh(w.seg, &st);
    bool fleeting = (seg_caps(w.seg) & SEG_CAP_FLEETING) != 0; /* freed when we close it */
    if (!oserr_is(e) && !st.name_gone && !st.replaced &&
        !fleeting) /* the viewer may still show it */
        e = demo_remove(r, &st, SEG_RM_FORCE);
    seg_close(w.seg);
    if (oserr_is(w.error))
        return run_fail(r, NULL, "write into it", w.error);
    return oserr_is(e) ? run_fail(r, NULL, "remove it", e) : EXIT_DONE;
}
