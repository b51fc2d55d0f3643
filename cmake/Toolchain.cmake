# Language level, fast linking and compiling where the tools are there, and hardening for released binaries.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

find_program(RUAGATE_CCACHE ccache)
if(RUAGATE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${RUAGATE_CCACHE}")
  if(RUAGATE_PCH)  # ccache needs to be told that a precompiled header stands for its sources
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,locale;${RUAGATE_CCACHE}")
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
endif()

find_program(RUAGATE_MOLD mold)
if(RUAGATE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(RUAGATE_HARDENING)
  add_compile_options(-fstack-protector-strong -fPIE -Wformat -Wformat-security)
  add_compile_definitions(_FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()
