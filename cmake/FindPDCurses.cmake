# PDCurses for the Windows console (wincon, built WIDE=Y UTF8=Y): PDCurses::PDCurses, PDCurses_FOUND.
#
# PDCURSES_ROOT (a CMake or environment variable) is a source tree built in its wincon folder, or a place where it is
# installed; then it is looked for there and nowhere else. Otherwise it is what tools/windows-deps built, or MSYS2's:
# there pdcurses_wincon is the console's, and pdcurses that of a window.
set(pdcurses_hints ${PDCURSES_ROOT} $ENV{PDCURSES_ROOT})
if(NOT "${pdcurses_hints}" STREQUAL "${PDCurses_HINTS}") # another place than last time
  unset(PDCurses_INCLUDE_DIR CACHE)
  unset(PDCurses_LIBRARY CACHE)
endif()
set(PDCurses_HINTS "${pdcurses_hints}" CACHE INTERNAL "where PDCurses was looked for")
if(pdcurses_hints)
  find_path(PDCurses_INCLUDE_DIR NAMES curses.h PATHS ${pdcurses_hints}
    PATH_SUFFIXES include/pdcurses include . NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
  find_library(PDCurses_LIBRARY NAMES pdcurses.a pdcurses_wincon pdcurses PATHS ${pdcurses_hints}
    PATH_SUFFIXES wincon lib . NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
else()
  find_path(PDCurses_INCLUDE_DIR NAMES curses.h PATH_SUFFIXES pdcurses include/pdcurses)
  find_library(PDCurses_LIBRARY NAMES pdcurses_wincon)
endif()
if(PDCurses_INCLUDE_DIR) # not another curses'
  file(STRINGS ${PDCurses_INCLUDE_DIR}/curses.h pdcurses_build REGEX "^#[ ]*define[ ]+PDC_BUILD" LIMIT_COUNT 1)
  if(NOT pdcurses_build)
    unset(PDCurses_INCLUDE_DIR CACHE)
  endif()
endif()
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
