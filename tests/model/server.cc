#include "server.h"

#include <utility>

#include "invariants.h"

namespace anon::model {

Server::Server(Texts* texts) : texts_(texts) { Intern(History::kEmpty, {}, {}); }

uint32_t Server::Number(const Posting& posting) {
  const std::string key = std::to_string(posting.association) + ',' + std::to_string(posting.envelope) + ',' +
                          std::to_string(static_cast<int>(posting.credentials));
  const auto [found, is_new] = posting_numbers_.emplace(key, static_cast<uint32_t>(postings_.size()));
  if (is_new) postings_.push_back(posting);
  return found->second;
}

Outcome Server::Deliver(uint32_t at, uint32_t posting, bool later) {
  const uint64_t key = uint64_t{at} << 32 | uint64_t{later ? 1U : 0U} << 31 | posting;
  const auto found = outcomes_.find(key);
  if (found != outcomes_.end()) return found->second;
  const Outcome outcome = Make(at, postings_[posting], later);
  outcomes_.emplace(key, outcome);
  return outcome;
}

Outcome Server::Make(uint32_t at, const Posting& posting, bool later) {
  const History::Id store = states_[at].store;
  const std::string& association = (*texts_)[posting.association];
  const std::string headers = "Role: \nCustomer: " + std::string(IdOf(posting.credentials)) +
                              "\nContent-Type: application/json\nIdempotency-Key: " + association + "\n";
  const std::string message = Message(0, "POST", "associations", headers, (*texts_)[posting.envelope]);
  Response response;
  const History::Trial trial = history_.Try(
      store, store, [&](Engine& engine) { response = engine.Execute(message, later ? kLater : kNow); });
  Outcome outcome{at, response.status, 0, posting.association, 0};
  outcome.text = texts_->Number(std::to_string(response.status) + ' ' + response.body);

  std::map<std::string, std::string> answers = states_[at].answers;
  std::string problem;
  if (response.status == 200) answers.emplace(association, response.body);
  if (!trial.file.empty()) {
    outcome.next = Intern(history_.Add(store, trial, &problem), std::move(answers), states_[at].moved);
  } else if (answers.size() != states_[at].answers.size()) {
    outcome.next = Intern(store, std::move(answers), states_[at].moved);
  }
  if (problem.empty()) {
    problem = CheckDelivery(states_[at], states_[outcome.next], trial.file.empty(), association,
                            posting.credentials, (*texts_)[posting.envelope], response);
  }
  outcome.problem = texts_->Number(problem);
  return outcome;
}

uint32_t Server::Move(uint32_t at, uint32_t service) {
  const auto [found, is_new] = moves_.emplace(uint64_t{at} << 32 | service, 0);
  if (is_new) found->second = MakeMove(at, service);
  return found->second;
}

uint32_t Server::MakeMove(uint32_t at, uint32_t service) {
  const History::Id store = states_[at].store;
  const std::string& id = (*texts_)[service];
  const std::string target = "customers/B/services/" + id;
  const History::Trial trial = history_.Try(store, store, [&](Engine& engine) {
    (void)engine.Execute(Message(0, "POST", target, "Role: reader writer\n", ""), kNow);
  });
  if (trial.file.empty()) return at;
  std::string problem;
  const History::Id next = history_.Add(store, trial, &problem);
  return Intern(next, states_[at].answers, id);
}

uint32_t Server::Intern(History::Id store, std::map<std::string, std::string> answers, std::string moved) {
  std::string key = history_.digest(store);
  for (const auto& [id, answer] : answers) key += id + answer;
  key += moved;
  const auto [found, is_new] = known_.emplace(key, static_cast<uint32_t>(states_.size()));
  if (!is_new) return found->second;
  State& state = states_.emplace_back();
  state.store = store;
  state.answers = std::move(answers);
  state.moved = std::move(moved);
  state.facts = FactsOf(history_.Dump(store));
  state.problem = texts_->Number(history_.Check(store));
  return found->second;
}

}  // namespace anon::model
