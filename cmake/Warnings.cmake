# Warnings for our own code; packages are included as SYSTEM and stay silent.
add_library(ruagate_warnings INTERFACE)
add_library(ruagate::warnings ALIAS ruagate_warnings)
target_compile_options(ruagate_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  $<$<CXX_COMPILER_ID:GNU>:-Wsuggest-override>
  $<$<BOOL:${RUAGATE_WERROR}>:-Werror>)
