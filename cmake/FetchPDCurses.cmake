# SHMLENS_FETCH_PDCURSES: PDCurses from its own repository, one commit of it, which needs git and a network. It is built
# as tools/windows-deps builds the one that it has. FETCHCONTENT_SOURCE_DIR_PDCURSES names a source tree to take instead.
option(SHMLENS_FETCH_PDCURSES "fetch PDCurses from its repository, instead of looking for one" OFF)
if(NOT SHMLENS_FETCH_PDCURSES)
  return()
endif()
include(FetchContent)
FetchContent_Declare(pdcurses GIT_REPOSITORY https://github.com/wmcbrine/PDCurses.git GIT_TAG 09cf16db29753305e4241d4ae609aac997fa730d)
FetchContent_GetProperties(pdcurses)
if(NOT pdcurses_POPULATED)
  FetchContent_Populate(pdcurses) # its own CMake files are not used
endif()
file(GLOB pdcurses_files ${pdcurses_SOURCE_DIR}/pdcurses/*.c ${pdcurses_SOURCE_DIR}/wincon/*.c)
add_library(pdcurses_fetched STATIC ${pdcurses_files})
target_include_directories(pdcurses_fetched SYSTEM PUBLIC ${pdcurses_SOURCE_DIR})
target_compile_definitions(pdcurses_fetched PUBLIC PDC_WIDE PDC_FORCE_UTF8 INTERFACE PDC_NCMOUSE)
target_compile_options(pdcurses_fetched PRIVATE -w)
target_link_libraries(pdcurses_fetched PUBLIC winmm user32 gdi32 advapi32)
add_library(PDCurses::PDCurses ALIAS pdcurses_fetched)
