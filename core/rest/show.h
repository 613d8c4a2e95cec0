// A stored service as wire JSON, with the nested states and tasks that a view asks for.
#ifndef ANON_REST_SHOW_H_
#define ANON_REST_SHOW_H_

#include <string>

#include "model/render.h"
#include "store/store.h"

namespace anon {

void AppendService(std::string* out, const Service& service, const View& view);

/// Everything there is: what a hand-over and an export carry.
[[nodiscard]] View WholeView();

}  // namespace anon

#endif  // ANON_REST_SHOW_H_
