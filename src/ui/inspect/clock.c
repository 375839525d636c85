/* What time the picture is of: live, paused, a moment of the past by the clock, the place in a
 * recording; and playing on from such a moment. */
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "ui/inspect/inspect.h"

enum { SECOND = 1000000000, PAST_COLS = 23 }; /* `AT 18:48:53.123 (-9.9s)` */

/* The moment shown, os_now's clock; 0: the present, or the end of a recording. */
static int64_t moment(const struct session *s)
{
    return s->sample.past.time != 0 ? s->sample.past.time : s->past;
}

/* Blanks up to so many columns: what follows in the title stays where it is. */
static void pad(char out[INSPECT_CLOCK], size_t columns)
{
    size_t n = strlen(out);
    while (n < columns && n + 1 < INSPECT_CLOCK)
        out[n++] = ' ';
    out[n] = '\0';
}

/* `LIVE 250 Hz`, `LIVE 9.8 Hz`. */
static void live_text(double hz, char out[INSPECT_CLOCK])
{
    (void)snprintf(out, INSPECT_CLOCK, hz < 10 ? "LIVE %.2g Hz" : "LIVE %.0f Hz", hz);
}

/* `AT 18:48:53.123 (-0.6s)`. */
static void past_text(const struct ui *ui, int64_t then, char out[INSPECT_CLOCK])
{
    char clock[16], ago[INSPECT_AGO];
    os_clock_text(ui->wall - (ui->now - then), clock);
    inspect_ago(ui->now - then, ago);
    (void)snprintf(out, INSPECT_CLOCK, "%s %s (-%s)", ui->s.playing ? "PLAY" : "AT", clock, ago);
    pad(out, PAST_COLS);
}

/* `AT 1.234 of 3.998 s`, at its end `RECORDED 3.998 s`. */
static void recorded_text(const struct ui *ui, int64_t then, char out[INSPECT_CLOCK])
{
    const struct history_result *p = &ui->s.sample.past;
    double length = (double)p->length / 1e9;
    double at = then != 0 ? length - (double)(p->end - then) / 1e9 : length;
    if (then == 0)
        (void)snprintf(out, INSPECT_CLOCK, "RECORDED %.3f s", length);
    else
        (void)snprintf(out, INSPECT_CLOCK, "%s %.3f of %.3f s", ui->s.playing ? "PLAY" : "AT",
                       at > 0 ? at : 0, length);
}

enum style inspect_clock(const struct ui *ui, char out[INSPECT_CLOCK])
{
    const struct session *s = &ui->s;
    double hz = s->set.hz, seen = s->sample.hz;
    char usual[INSPECT_CLOCK];
    int64_t then = moment(s);
    if (session_recorded(s) && s->sample.past.written && then == 0 && !s->paused) {
        (void)snprintf(out, INSPECT_CLOCK, "RECORDING");
        return STYLE_LIVE;
    }
    if (session_recorded(s) && s->sample.seq == 0) {
        (void)snprintf(out, INSPECT_CLOCK, "READING");
        return STYLE_PAUSED;
    }
    if (session_recorded(s)) {
        recorded_text(ui, then, out);
        return s->playing ? STYLE_LIVE : STYLE_PAUSED;
    }
    if (then != 0) {
        past_text(ui, then, out);
        return s->playing ? STYLE_LIVE : STYLE_PAUSED;
    }
    if (s->paused) {
        live_text(hz, usual);
        (void)snprintf(out, INSPECT_CLOCK, "PAUSED");
        pad(out, strlen(usual));
        return STYLE_PAUSED;
    }
    if (s->waits > 0) {
        live_text(hz, usual);
        (void)snprintf(out, INSPECT_CLOCK, "WAITING %d s", (int)(s->waits / SECOND));
        pad(out, strlen(usual));
        return STYLE_PAUSED;
    }
    if (seen > 0 && (seen < hz * 0.8 || seen > hz * 1.2))
        hz = seen;
    live_text(s->set.hz, usual);
    live_text(hz, out);
    pad(out, strlen(usual));
    return STYLE_LIVE;
}

/* ---- playing ---- */

static void play_from(struct ui *ui, int64_t from)
{
    struct session *s = &ui->s;
    char stop[UI_PRESS], live[UI_PRESS];
    s->playing = true;
    s->paused = false;
    s->past = s->play_from = from;
    s->play_since = ui->now;
    ui_say(ui, STYLE_TEXT, "playing; %s stops, %s %s", ui_press(ui, "pause", stop),
           ui_press(ui, "live", live), session_recorded(s) ? "goes to the end" : "returns to live");
}

/* Is the recording still being read? Its changes are known with the first sample. */
static bool still_read(const struct session *s)
{
    const struct history_result *p = &s->sample.past;
    return session_recorded(s) && p->from == 0 && (s->sample.seq == 0 || p->kept);
}

/* From the start, when that is known. */
static void play_whole(struct ui *ui)
{
    const struct history_result *p = &ui->s.sample.past;
    play_from(ui, p->end - p->length > p->from ? p->end - p->length : p->from);
}

void inspect_play(struct ui *ui)
{
    struct session *s = &ui->s;
    const struct history_result *p = &s->sample.past;
    char key[UI_PRESS];
    bool waited = ui->inspect->play_soon;
    ui->inspect->play_soon = false;
    if (s->playing) {
        s->playing = false;
        ui_say(ui, STYLE_TEXT, "stopped here; %s plays on", ui_press(ui, "pause", key));
    } else if (s->past != 0) {
        play_from(ui, s->past);
    } else if (still_read(s) && waited) {
        ui_say(ui, STYLE_TEXT, "it will not play by itself; %s plays it",
               ui_press(ui, "pause", key));
    } else if (still_read(s)) {
        ui->inspect->play_soon = true;
        ui_say(ui, STYLE_WARN, "reading the recording: it plays when it has been read");
    } else if (p->from == 0) {
        ui_say(ui, STYLE_WARN, "nothing to play: no history is kept (`:set history MIB`)");
    } else {
        play_whole(ui);
    }
}

void inspect_play_on(struct ui *ui)
{
    struct session *s = &ui->s;
    char key[UI_PRESS];
    int64_t end = s->sample.past.end != 0 ? s->sample.past.end : ui->now;
    if (ui->inspect->play_soon && !still_read(s)) {
        ui->inspect->play_soon = false;
        if (session_recorded(s) && s->past == 0 && s->sample.past.from != 0)
            play_whole(ui);
    }
    if (!s->playing)
        return;
    s->past = s->play_from + (ui->now - s->play_since);
    if (s->past < end)
        return;
    s->past = 0;
    s->playing = false;
    if (session_recorded(s))
        ui_say(ui, STYLE_TEXT, "the end of the recording; %s plays it again",
               ui_press(ui, "pause", key));
}
