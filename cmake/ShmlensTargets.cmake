# Flags for everything of ours, and which files belong to which system. The only place that knows.

find_package(Threads REQUIRED)

# A file whose name ends in one of these belongs to that system; all others belong to every system.
set(SHMLENS_SYSTEMS linux posix windows bsd darwin curses pdcurses)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(SHMLENS_OS linux posix curses)
  set(SHMLENS_RT rt)
elseif(WIN32)
  set(SHMLENS_OS windows curses)
else()
  set(SHMLENS_OS posix bsd curses)
endif()

# shmlens_sources(VAR DIR...): the C files of these folders that belong to this system.
function(shmlens_sources var)
  set(found)
  foreach(dir IN LISTS ARGN)
    file(GLOB files CONFIGURE_DEPENDS ${dir}/*.c)
    foreach(file IN LISTS files)
      get_filename_component(name ${file} NAME_WE)
      set(take TRUE)
      foreach(system IN LISTS SHMLENS_SYSTEMS)
        if(name MATCHES "_${system}$" AND NOT system IN_LIST SHMLENS_OS)
          set(take FALSE)
        endif()
      endforeach()
      if(WIN32 AND name MATCHES "^(posix_shm|sysv_shm)$")
        set(take FALSE)
      elseif(NOT WIN32 AND name MATCHES "^win_")
        set(take FALSE)
      endif()
      if(take)
        list(APPEND found ${file})
      endif()
    endforeach()
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

function(shmlens_library name)
  add_library(shmlens_${name} STATIC ${ARGN})
  shmlens_flags(shmlens_${name})
  target_include_directories(shmlens_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
endfunction()
