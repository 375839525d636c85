/* Actions of the log of OS calls. */
#include "ui/frame/actions.h"
#include "ui/frame/calls.h"

void act_essential(struct ui *ui, const char *arg)
{
    (void)arg;
    calls_toggle(ui);
}

void act_whole(struct ui *ui, const char *arg)
{
    (void)arg;
    calls_whole(ui);
}
