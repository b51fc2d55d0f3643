# Precompiled headers (-DRUAGATE_PCH=ON, as presets dev and asan have it): the standard headers that most files read, and
# GoogleTest for the tests. They only save time; the release build does without and so proves every file's own includes.

# Made after the packages are known.
function(ruagate_precompiled_targets)
  if(NOT RUAGATE_PCH)
    return()
  endif()
  set(standard <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
      <unordered_map> <utility> <vector>)
  file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp" "")
  add_library(ruagate_precompiled STATIC "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp")
  target_precompile_headers(ruagate_precompiled PRIVATE ${standard})
  target_link_libraries(ruagate_precompiled PRIVATE ruagate::warnings ruagate::sanitizers)
  if(RUAGATE_TESTS)
    add_library(ruagate_precompiled_tests STATIC "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp")
    target_precompile_headers(ruagate_precompiled_tests PRIVATE ${standard} <gmock/gmock.h> <gtest/gtest.h>)
    target_link_libraries(ruagate_precompiled_tests PRIVATE ruagate::warnings ruagate::sanitizers GTest::gtest GTest::gmock)
  endif()
endfunction()

function(ruagate_precompile target from)
  if(RUAGATE_PCH)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()
