# Native tests of the core with GoogleTest, one executable, each case a CTest case.
if(ANON_SANITIZE)
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
add_executable(core_test ${CORE_TESTS})
# EXPECT_EQ in an if without braces is clear enough; the macro holds an else.
target_compile_options(core_test PRIVATE -Wall -Wextra -Werror -Wno-dangling-else)
target_link_libraries(core_test PRIVATE core GTest::gtest_main)
gtest_discover_tests(core_test)

# The conformance suite reaches the native core through this.
add_executable(front tests/core/front.cc)
target_compile_options(front PRIVATE -Wall -Wextra -Werror)
target_link_libraries(front PRIVATE core)
