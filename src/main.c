#include "backend/os.h"
#include "backend/segment.h"
#include "cli/command.h"
#include "cli/options.h"
#include "types/types.h"

#ifdef SHMLENS_WITH_UI
#include "ui/frame/ui.h"
#define UI_MAIN ui_main
#else
#define UI_MAIN NULL
#endif

/* Not freed: a thread that hangs in a call of the system may still use it while we exit. */
static struct backend *be;

int main(int argc, char **argv)
{
    if (types_box_wanted(argc, argv))
        return types_box_main();
    if (os_watchdog_wanted(argc, argv))
        return os_watchdog_main(argv);
    if (!os_arguments(&argc, &argv))
        return EXIT_ERROR;
    be = backend_new();
    return be == NULL ? EXIT_ERROR : cli_main(be, argc, argv, UI_MAIN);
}
