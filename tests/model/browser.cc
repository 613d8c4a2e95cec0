#include "browser.h"

#include <utility>

#include "invariants.h"
#include "model/json.h"

namespace anon::model {
namespace {

constexpr std::string_view kLocal = "Role: local\n";

Customer AsCustomer(uint32_t argument) { return static_cast<Customer>(argument); }

// The rejection that a sender records of a server's answer `status body`.
std::string Rejection(const std::string& answer) {
  const std::string body = answer.substr(answer.find(' ') + 1);
  return "{\"status\":" + answer.substr(0, answer.find(' ')) + ",\"code\":" + Quoted(Field(body, "code")) +
         ",\"message\":" + Quoted(Field(body, "message")) + "}";
}

// Associates as planned, with what was not verified confirmed.
std::string OrderOf(const std::string& plan) {
  return R"({"customer_id":)" + Quoted(Field(plan, "customer_id")) +
         R"(,"contact_keys":["k"],"confirm":true,)" + R"("digest":)" + Quoted(Field(plan, "digest")) + "}";
}

}  // namespace

Browser::Browser(Texts* texts, bool exact, bool large) : texts_(texts), exact_(exact), large_(large) {
  Intern(History::kEmpty, Past(), Facts());
}

Browser::Answer Browser::Execute(Engine& engine, const Past& past, Ask ask, uint32_t argument, bool later) {
  // Services and associations are numbered, so that what is started in another order is the same in the end.
  const auto started = static_cast<uint32_t>(past.started.size());
  const auto made = static_cast<uint32_t>(past.made.size());
  const auto call = [&](uint32_t drawn, const char* method, const std::string& target,
                        const std::string& body = "") {
    Response response = engine.Execute(Message(drawn, method, target, kLocal, body), later ? kLater : kNow);
    Answer answer{response.status, std::move(response.body), {}};
    constexpr std::string_view kName = "Association-Id: ";
    if (const size_t at = response.headers.find(kName); at != std::string::npos) {
      const std::string value = response.headers.substr(at + kName.size());
      answer.association = value.substr(0, value.find('\n'));
    }
    return answer;
  };
  const auto association = [&](const std::string& id, const char* what, const std::string& body = "{}") {
    return call(2 * made + 1, "POST", "local/associations/" + id + what, body);
  };
  const std::string customer = Quoted(IdOf(AsCustomer(argument)));
  const std::string& text = (*texts_)[argument];
  switch (ask) {
    case Ask::kStart: {
      const std::string body = R"({"contact_key":"k","Mark":)" + std::to_string(started) +
                               (large_ ? ",\"Filler\":" + Quoted(std::string(600, 'x')) : "") + "}";
      Answer answer = call(2 * started, "POST", "services/start", body);
      const std::string id = Field(answer.body, "service_id");
      call(0, "POST", "services/" + id + "/states/start", R"({"state_type":"basket"})");
      return answer;
    }
    case Ask::kEdit:
      return call(0, "PUT", "services/" + past.started[argument].id + "/extensions/Note",
                  std::to_string(past.edits + 1));
    case Ask::kPlan:
      return call(0, "POST", "local/plan", R"({"customer_id":)" + customer + R"(,"contact_keys":["k"]})");
    case Ask::kAssociate:
      return call(2 * made + 1, "POST", "local/associations", R"({"customer_id":)" + customer + "}");
    case Ask::kAssociateIds: {
      std::string ids;
      for (const Past::Started& one : past.started) ids += (ids.empty() ? "" : ",") + Quoted(one.id);
      return call(2 * made + 1, "POST", "local/associations",
                  R"({"customer_id":)" + customer + R"(,"service_ids":[)" + ids +
                      R"(],"confirm":true,"on_conflict":"keep"})");
    }
    case Ask::kAssociateAs:
      return call(2 * made + 1, "POST", "local/associations", OrderOf(text));
    case Ask::kUndo:
      return association(past.made[argument].id, "/undo");
    case Ask::kRetry:
      return association(past.made[argument].id, "/retry");
    case Ask::kSignIn:
      return call(0, "POST", "local/visit", R"({"customer_id":)" + customer + "}");
    case Ask::kSignOut:
      return call(0, "POST", "local/visit/end", "{}");
    case Ask::kReset:
      return call(0, "POST", "local/reset", "{}");
    case Ask::kOutbox:
      return call(0, "GET", "local/outbox");
    case Ask::kMarkSent:
      return association(text, "/sent");
    case Ask::kReceipt: {
      const std::string body = text.substr(text.find(' ') + 1);
      return association(Field(body, "association_id"), "/receipt", body);
    }
    case Ask::kRejected: {
      const size_t space = text.find(' ');
      return association(text.substr(0, space), "/rejected", Rejection(text.substr(space + 1)));
    }
    case Ask::kSplit:
      return association(text, "/split");
    case Ask::kSlices:
      return call(0, "GET", "local/associations/" + text + "/slices?bytes=1024");
    case Ask::kPiece:
      break;
  }
  return {};
}

Outcome Browser::Do(uint32_t at, Ask ask, uint32_t argument, bool later) {
  const uint64_t key = uint64_t{at} << 32 | uint64_t{static_cast<uint8_t>(ask)} << 26 |
                       uint64_t{later ? 1U : 0U} << 25 | argument;
  const auto found = outcomes_.find(key);
  if (found != outcomes_.end()) return found->second;
  const Outcome outcome = Make(at, ask, argument, later);
  outcomes_.emplace(key, outcome);
  return outcome;
}

Customer Browser::Who(Ask ask, uint32_t argument) const {
  if (ask == Ask::kAssociateAs) return CustomerOf(Field((*texts_)[argument], "customer_id"));
  return ask == Ask::kSignIn || ask == Ask::kAssociate || ask == Ask::kAssociateIds ? AsCustomer(argument)
                                                                                    : Customer::kNone;
}

Outcome Browser::Make(uint32_t at, Ask ask, uint32_t argument, bool later) {
  const History::Id store = states_[at].store;
  Past past = states_[at].past;
  Outcome outcome;
  outcome.next = at;
  Answer answer;
  History::Trial trial;
  if (ask == Ask::kPiece) {
    trial = history_.Piece(store);
  } else {
    trial = history_.Try(store, store,
                         [&](Engine& engine) { answer = Execute(engine, past, ask, argument, later); });
  }
  outcome.status = answer.status;
  outcome.text = texts_->Number(answer.body);
  outcome.association = texts_->Number(answer.association);
  std::string problem = CheckAnswer(states_[at], ask, Who(ask, argument),
                                    ask == Ask::kMarkSent ? (*texts_)[argument] : "", outcome.status);
  outcome.problem = texts_->Number(problem);
  if (trial.file.empty() || !problem.empty()) return outcome;

  const History::Id next = history_.Add(store, trial, &problem);
  const Facts facts = FactsOf(history_.Dump(next));
  past.Advance(states_[at].facts, facts, ask, Who(ask, argument), argument, answer.body);
  outcome.next = Intern(next, std::move(past), facts);
  if (problem.empty())
    problem = CheckChange(states_[at], states_[outcome.next], ask, argument,
                          ask == Ask::kAssociateAs ? (*texts_)[argument] : "");
  outcome.problem = texts_->Number(problem);
  return outcome;
}

Outcome Browser::DoBlindly(uint32_t* seen, uint32_t head, Ask ask, uint32_t argument, bool later) {
  const State& believed = states_[*seen];
  const State& there = states_[head];
  Answer answer;
  const History::Trial trial = history_.Try(believed.store, there.store, [&](Engine& engine) {
    answer = Execute(engine, there.past, ask, argument, later);
  });
  Outcome outcome{head, answer.status, texts_->Number(answer.body), texts_->Number(answer.association), 0};
  if (trial.file.empty()) return outcome;
  // The file comes behind those that are there; the tab's memory has it behind those that it knows.
  const auto put = [&](const State& state, uint32_t* next) {
    const History::Id store = history_.Append(state.store, there.store, trial);
    const Facts facts = FactsOf(history_.Dump(store));
    Past past = state.past;
    past.Advance(state.facts, facts, ask, Who(ask, argument), argument, answer.body);
    *next = Intern(store, std::move(past), facts);
  };
  const uint32_t before = *seen;
  put(there, &outcome.next);
  put(states_[before], seen);
  return outcome;
}

uint32_t Browser::Intern(History::Id store, Past past, Facts facts) {
  const std::string key = history_.digest(store) + past.Key();
  const auto [found, is_new] = known_.emplace(key, static_cast<uint32_t>(states_.size()));
  if (!is_new && !exact_) return found->second;
  const auto id = static_cast<uint32_t>(states_.size());
  State& state = states_.emplace_back();
  state.store = store;
  state.past = std::move(past);
  state.same = found->second;
  state.facts = std::move(facts);
  std::string problem = history_.Check(store);
  if (problem.empty()) problem = CheckBrowser(&history_, state);
  state.problem = texts_->Number(problem);
  return id;
}

}  // namespace anon::model
