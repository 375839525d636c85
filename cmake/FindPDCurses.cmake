# PDCurses for the Windows console (wincon, built WIDE=Y UTF8=Y): PDCurses::PDCurses, PDCurses_FOUND.
#
# PDCURSES_ROOT (a CMake or environment variable) is a source tree built in its wincon folder, or a place where it is
# installed. Without it the usual places are searched (MSYS2, vcpkg).
set(pdcurses_hints ${PDCURSES_ROOT} $ENV{PDCURSES_ROOT})
find_path(PDCurses_INCLUDE_DIR NAMES pdcurses/curses.h pdcurses.h curses.h
  HINTS ${pdcurses_hints} PATH_SUFFIXES include/pdcurses include . NO_CMAKE_FIND_ROOT_PATH)
find_library(PDCurses_LIBRARY NAMES pdcurses.a pdcurses libpdcurses.a pdcurses_wincon
  HINTS ${pdcurses_hints} PATH_SUFFIXES wincon lib . NO_CMAKE_FIND_ROOT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PDCurses REQUIRED_VARS PDCurses_LIBRARY PDCurses_INCLUDE_DIR)
mark_as_advanced(PDCurses_INCLUDE_DIR PDCurses_LIBRARY)
if(PDCurses_FOUND AND NOT TARGET PDCurses::PDCurses)
  add_library(PDCurses::PDCurses UNKNOWN IMPORTED)
  set_target_properties(PDCurses::PDCurses PROPERTIES
    IMPORTED_LOCATION ${PDCurses_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${PDCurses_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS "PDC_WIDE;PDC_FORCE_UTF8;PDC_NCMOUSE"
    INTERFACE_LINK_LIBRARIES "winmm;user32;gdi32;advapi32")
endif()
