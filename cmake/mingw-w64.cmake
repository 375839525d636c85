# Cross-building for Windows 10 and later (64 bit) with mingw-w64 as Debian has it. The programs run under wine
# where there is one: that is how ctest runs the suites.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

set(mingw x86_64-w64-mingw32)
set(CMAKE_C_COMPILER ${mingw}-gcc)
set(CMAKE_RC_COMPILER ${mingw}-windres)

# The libraries that tools/windows-deps built.
if(NOT DEFINED SHMLENS_WINDOWS_DEPS)
  set(SHMLENS_WINDOWS_DEPS ${CMAKE_CURRENT_LIST_DIR}/../build/windows-deps/prefix)
endif()
get_filename_component(SHMLENS_WINDOWS_DEPS ${SHMLENS_WINDOWS_DEPS} ABSOLUTE)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SHMLENS_WINDOWS_DEPS)

set(CMAKE_FIND_ROOT_PATH /usr/${mingw} ${SHMLENS_WINDOWS_DEPS})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Nothing of the building machine is found by pkg-config.
set(ENV{PKG_CONFIG_PATH} "")
set(ENV{PKG_CONFIG_LIBDIR} ${SHMLENS_WINDOWS_DEPS}/lib/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "")

find_program(SHMLENS_WINE NAMES wine64 wine)
mark_as_advanced(SHMLENS_WINE)
if(SHMLENS_WINE)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${SHMLENS_WINE})
endif()
