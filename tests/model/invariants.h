// What must hold: in every state of the browser's store, in every change of it, in every delivery, and
// between the two sides. Each answers with what is wrong, in words; empty if nothing is.
//
//   1  nothing is lost: what was started is there, whole, until reset deletes it; what was acknowledged is at
//      the server, until it is undone
//   2  nothing comes to the wrong customer: to nobody but the one of the credentials, who was signed in when
//      it was associated; what was started in somebody's visit never becomes somebody else's
//   3  nothing takes effect twice: a repeat changes nothing and gets the same bytes; after an undo, no copy
//   of
//      what was undone has an effect
//   4  receipts are true and do not go backwards
//   5  who has read the same journal has the same state (history.h)
//   6  what is sealed is neither shown nor sent
#ifndef ANON_TESTS_MODEL_INVARIANTS_H_
#define ANON_TESTS_MODEL_INVARIANTS_H_

#include <string>
#include <string_view>

#include "ask.h"
#include "browser.h"
#include "history.h"
#include "rest/message.h"
#include "server.h"
#include "texts.h"

namespace anon::model {

/// 1, 2 and 6 in a state of the browser.
[[nodiscard]] std::string CheckBrowser(History* history, const Browser::State& state);

/// 2 and 6 in the status that an operation is answered with; `customer` and `association`: that it names.
[[nodiscard]] std::string CheckAnswer(const Browser::State& state, Ask ask, Customer customer,
                                      const std::string& association, int status);

/// 1, 2 and 4 in what an operation made of one state; `plan`: what it carried out, if anything.
[[nodiscard]] std::string CheckChange(const Browser::State& from, const Browser::State& to, Ask ask,
                                      uint32_t argument, const std::string& plan);

/// 2 and 3 in what a posting made of a state of the server; `same`: nothing was stored.
[[nodiscard]] std::string CheckDelivery(const Server::State& from, const Server::State& to, bool same,
                                        const std::string& association, Customer credentials,
                                        std::string_view envelope, const Response& response);

/// 1 to 4 between the two sides.
[[nodiscard]] std::string CheckBoth(const Browser::State& browser, const Server::State& server);

/// What is unfinished, once everything that can happen has happened under the right credentials.
[[nodiscard]] std::string CheckEnd(const Browser::State& browser);

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_INVARIANTS_H_
