# Flags for all our code, and which files belong to which system. The only place that knows.

if(NOT WIN32)
  find_package(Threads REQUIRED)
  set(SHMLENS_THREADS Threads::Threads)
endif()

# The folder of the back end that belongs to this system, and the files of the terminal that do. All other files
# belong to every system.
if(WIN32)
  set(SHMLENS_SYSTEM windows)
  set(SHMLENS_TERM_FILES console_sequences console_windows curses_pdcurses tty_windows)
  set(SHMLENS_WINDOWS_LIBRARIES ntdll advapi32)
else()
  set(SHMLENS_SYSTEM linux)
  set(SHMLENS_TERM_FILES curses_ncurses tty_posix)
  set(SHMLENS_RT rt)
endif()

# gcc does not keep the stack aligned for AVX on Windows (its bug 54412).
if(NOT WIN32 AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(SHMLENS_AVX2 ON)
endif()

# shmlens_sources(VAR DIR...): the C files of these folders, without those below them.
function(shmlens_sources var)
  set(found)
  foreach(dir IN LISTS ARGN)
    file(GLOB files CONFIGURE_DEPENDS ${dir}/*.c)
    list(APPEND found ${files})
  endforeach()
  set(${var} ${found} PARENT_SCOPE)
endfunction()

add_library(shmlens_options INTERFACE)
target_compile_options(shmlens_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla)
if(SHMLENS_WERROR)
  target_compile_options(shmlens_options INTERFACE -Werror)
endif()
if(SHMLENS_SANITIZE)
  target_compile_options(shmlens_options INTERFACE -fsanitize=${SHMLENS_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(shmlens_options INTERFACE -fsanitize=${SHMLENS_SANITIZE})
endif()
target_include_directories(shmlens_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR})
target_compile_definitions(shmlens_options INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)

# What no code of ours may call.
set(SHMLENS_POISON ${CMAKE_SOURCE_DIR}/cmake/poison.h)

function(shmlens_flags target)
  target_link_libraries(${target} PRIVATE shmlens_options)
  target_compile_options(${target} PRIVATE -include ${SHMLENS_POISON})
endfunction()

if(WIN32)
  # Windows 10 and later, its UTF-16 calls; printf as C has it. One .exe that brings all it needs.
  target_compile_definitions(shmlens_options INTERFACE _WIN32_WINNT=0x0A00 WINVER=0x0A00 UNICODE _UNICODE
    WIN32_LEAN_AND_MEAN NOMINMAX __USE_MINGW_ANSI_STDIO=1)
  # The formats are checked where gcc knows them: for Windows it believes in those of the old C library.
  # Its isnan and signbit try their argument as a float, too.
  target_compile_options(shmlens_options INTERFACE -Wno-format -Wno-float-conversion
    $<$<C_COMPILER_ID:GNU>:-Wno-pedantic-ms-format>)
  target_compile_options(shmlens_options INTERFACE "SHELL:-include ${CMAKE_SOURCE_DIR}/cmake/mingw.h")
  target_link_options(shmlens_options INTERFACE -static)
endif()

function(shmlens_library name)
  add_library(shmlens_${name} STATIC ${ARGN})
  shmlens_flags(shmlens_${name})
  target_include_directories(shmlens_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
endfunction()

# shmlens_embed(VAR NAME FILE): adds to VAR a C file that defines NAME as the text of FILE, a string.
function(shmlens_embed var name file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  set(source ${CMAKE_BINARY_DIR}/${name}.c)
  file(CONFIGURE OUTPUT ${source} CONTENT "extern const char ${name}[];\nconst char ${name}[] = {${bytes}0};\n")
  set(${var} ${${var}} ${source} PARENT_SCOPE)
endfunction()
