#Native tests of the core with GoogleTest, one executable, each case a CTest case.
if (ANON_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer)
  target_compile_options(core PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(ANON_COVERAGE)
  target_compile_options(core PRIVATE --coverage -O0 -fno-inline)
  add_link_options(--coverage)
endif()

find_package(GTest REQUIRED)
enable_testing()
include(GoogleTest)
file(GLOB CORE_TESTS CONFIGURE_DEPENDS tests/core/*_test.cc)
list(FILTER CORE_TESTS EXCLUDE REGEX allocation_test)
add_executable(core_test ${CORE_TESTS})
# It replaces the program's operator new.
add_executable(allocation_test tests/core/allocation_test.cc tests/core/failing_heap.cc)
foreach(test core_test allocation_test)
  # EXPECT_EQ in an if without braces is clear enough; the macro holds an else.
  target_compile_options(${test} PRIVATE -Wall -Wextra -Werror -Wno-dangling-else)
  target_link_libraries(${test} PRIVATE core GTest::gtest_main)
  gtest_discover_tests(${test})
endforeach()

# front: the conformance suite reaches the native core through it. replay: digests for the property test.
foreach(tool front replay)
  add_executable(${tool} tests/core/${tool}.cc)
  target_compile_options(${tool} PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(${tool} PRIVATE core)
endforeach()

# The model: every interleaving of tabs, a lossy network and a server, over the core itself (tests/model).
file(GLOB MODEL_SOURCES CONFIGURE_DEPENDS tests/model/*.cc)
list(FILTER MODEL_SOURCES EXCLUDE REGEX "_(main|test)\\.cc$")
add_library(model STATIC ${MODEL_SOURCES})
target_include_directories(model PUBLIC tests/model)
target_compile_options(model PRIVATE -Wall -Wextra -Werror)
target_link_libraries(model PUBLIC core)
add_executable(explore tests/model/explore_main.cc)
target_compile_options(explore PRIVATE -Wall -Wextra -Werror)
target_link_libraries(explore PRIVATE model)
