// The functions of the operations table, by the file that holds them.
#ifndef ANON_REST_OPERATIONS_H_
#define ANON_REST_OPERATIONS_H_

#include "rest/context.h"

namespace anon {

// services.cc
Answer StartService(Context& context);
Answer AssociateService(Context& context);
Answer CompleteService(Context& context);
Answer UpdateExpiration(Context& context);
Answer DeleteService(Context& context);

// queries.cc
Answer QueryAnonymous(Context& context);
Answer QueryServices(Context& context);
Answer QueryService(Context& context);

// parts.cc
Answer StartState(Context& context);
Answer CompleteState(Context& context);
Answer TransitionState(Context& context);
Answer QueryStates(Context& context);
Answer QueryState(Context& context);
Answer StartTask(Context& context);
Answer CompleteTask(Context& context);
Answer QueryTasks(Context& context);
Answer QueryTask(Context& context);

// extensions.cc
Answer ReplaceExtension(Context& context);
Answer MergeExtension(Context& context);

// composite.cc
Answer StartComposite(Context& context);

// maintenance.cc
Answer Purge(Context& context);
Answer ExportServices(Context& context);
Answer QueryBusinessAttributes(Context& context);
Answer QueryBusinessAttribute(Context& context);

// association/deliver.cc
Answer DeliverAssociations(Context& context);

// association/visits.cc
Answer QueryVisit(Context& context);
Answer SignIn(Context& context);
Answer SignOut(Context& context);
Answer Reset(Context& context);

// association/plan.cc
Answer PlanAssociation(Context& context);

// association/associate.cc
Answer Associate(Context& context);

// association/undo.cc
Answer UndoAssociation(Context& context);

// association/receipts.cc
Answer QueryAssociations(Context& context);
Answer QueryAssociation(Context& context);
Answer RecordReceipt(Context& context);
Answer RecordRejection(Context& context);

// association/outbox.cc
Answer NextDelivery(Context& context);
Answer MarkSent(Context& context);
Answer RetryAssociation(Context& context);
Answer SplitAssociation(Context& context);
Answer SliceAssociation(Context& context);

// association/replay.cc
Answer QueryCalls(Context& context);
Answer RecordProgress(Context& context);

}  // namespace anon

#endif  // ANON_REST_OPERATIONS_H_
