/*
 * analyst_limits.c - what an analyst may take of the machine and learn of the others. Words: limit.
 *
 * A user may change most of his settings by SET, PGOPTIONS or ALTER ROLE. So the library holds the limits itself, before and
 * after every statement: time by a timer that no setting moves, the rest by putting the setting's variable back. Statements
 * that nobody needs for reading are refused, whatever rights the login may have been given.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/planner.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "analyst.h"

/* Longer on a standby, where nobody else waits. */
static int statement_ms_max;
/* Shorter where tables change much: rows that a transaction may still see are not removed. */
static int transaction_ms_max;
/* Rows that an idle reader keeps vacuum from removing: shorter where tables change much. */
static int idle_ms_max;
/* The disk is the tills' too: less on a small one. */
static int temp_kb_max;
/* Of one sort or hash, of which a query has several. */
static int work_kb_max;
static int parallel_max = 2;

/* Between low and *high the user may choose; anything else (0 and -1 often mean "no limit") becomes *high. */
static const struct {
    int *variable;
    int low;
    const int *high;
} limits[] = {
    {&StatementTimeout, 1, &statement_ms_max},
    {&IdleInTransactionSessionTimeout, 1, &idle_ms_max},
    {&temp_file_limit, 0, &temp_kb_max},
    {&work_mem, 64, &work_kb_max},
    {&max_parallel_workers_per_gather, 0, &parallel_max},
};

static planner_hook_type plan_next = NULL;
static ExecutorRun_hook_type run_next = NULL;
static ProcessUtility_hook_type utility_next = NULL;
static object_access_hook_type access_next = NULL;

static bool
limited(void)
{
    return !IsParallelWorker() && mpos_analyst_session();
}

static void
hold_limits(void)
{
    for (size_t i = 0; i < lengthof(limits); i++) {
        if (*limits[i].variable < limits[i].low || *limits[i].variable > *limits[i].high) {
            *limits[i].variable = *limits[i].high;
        }
    }
}

/* statement_timeout's own timer, at most so far from the start of what the client sent; PostgreSQL stops it at the end. */
static void
hold_time(void)
{
    TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentStatementStartTimestamp(), statement_ms_max);

    if (!get_timeout_active(STATEMENT_TIMEOUT) || get_timeout_finish_time(STATEMENT_TIMEOUT) > end) {
        enable_timeout_at(STATEMENT_TIMEOUT, end);
    }
}

/* A snapshot that is used again and again is as old as one that idles. A statement that has begun may end. */
static void
check_transaction(void)
{
    TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTransactionStartTimestamp(), transaction_ms_max);

    if (IsTransactionBlock() && GetCurrentStatementStartTimestamp() > end) {
        ereport(ERROR, (errcode(ERRCODE_QUERY_CANCELED),
                        errmsg("a transaction of an analyst lasts %d ms at most", transaction_ms_max)));
    }
}

static void
check_database(void)
{
    if (!OidIsValid(get_namespace_oid("analytics", true))) {
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("there is nothing for analysts in this database")));
    }
}

static void
before_statement(void)
{
    check_database();
    hold_time();
    hold_limits();
    XactReadOnly = true;
}

static PlannedStmt *
plan(Query *query, const char *text, int options, ParamListInfo params)
{
    if (limited()) {
        check_transaction();
        before_statement();
    }
    return plan_next != NULL ? plan_next(query, text, options, params)
                             : standard_planner(query, text, options, params);
}

static void
run_plan(QueryDesc *query, ScanDirection direction, uint64 count, bool once)
{
    bool is_limited = limited();

    if (is_limited) {
        check_transaction();
        before_statement();
    }
    if (run_next != NULL) {
        run_next(query, direction, count, once);
    } else {
        standard_ExecutorRun(query, direction, count, once);
    }
    if (is_limited) {
        hold_limits(); /* the statement may have called set_config */
    }
}

/* Only without what it knows of other businesses' rows: estimates, and rows that a policy has hidden. */
static bool
explains_shape_only(const ExplainStmt *explain)
{
    bool costs = true;
    bool analyze = false;
    ListCell *cell;

    foreach (cell, explain->options) {
        DefElem *option = lfirst_node(DefElem, cell);

        if (strcmp(option->defname, "costs") == 0) {
            costs = defGetBoolean(option);
        } else if (strcmp(option->defname, "analyze") == 0) {
            analyze = defGetBoolean(option);
        }
    }
    return !costs && !analyze;
}

static void
refuse(const char *what, const char *hint)
{
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("analysts may not run %s", what),
                    hint != NULL ? errhint("%s", hint) : 0));
}

/* A prepared transaction would keep its locks when the login is gone. */
static void
check_transaction_end(const TransactionStmt *statement)
{
    if (statement->kind == TRANS_STMT_PREPARE || statement->kind == TRANS_STMT_COMMIT_PREPARED ||
        statement->kind == TRANS_STMT_ROLLBACK_PREPARED) {
        refuse("PREPARE TRANSACTION", NULL);
    }
}

static void
check_utility(Node *statement)
{
    switch (nodeTag(statement)) {
    case T_TransactionStmt:
        check_transaction_end(castNode(TransactionStmt, statement));
        return;
    case T_VariableSetStmt:
    case T_VariableShowStmt:
    case T_DeclareCursorStmt:
    case T_FetchStmt:
    case T_ClosePortalStmt:
    case T_PrepareStmt:
    case T_ExecuteStmt:
    case T_DeallocateStmt:
    case T_DiscardStmt:
    case T_ConstraintsSetStmt:
    case T_CopyStmt:
        return;
    case T_ExplainStmt:
        if (!explains_shape_only(castNode(ExplainStmt, statement))) {
            refuse("EXPLAIN with estimates or ANALYZE", "EXPLAIN (COSTS OFF) shows the shape of the plan.");
        }
        return;
    default:
        refuse(GetCommandTagName(CreateCommandTag(statement)), NULL);
    }
}

static void
run_utility(PlannedStmt *statement, const char *text, bool read_only_tree, ProcessUtilityContext context,
            ParamListInfo params, QueryEnvironment *environment, DestReceiver *receiver,
            QueryCompletion *completion)
{
    /* Asked again afterwards: the statement may have begun or failed a transaction, or changed the session's user. */
    if (limited() && IsTransactionState()) {
        check_utility(statement->utilityStmt);
        before_statement();
    }
    if (utility_next != NULL) {
        utility_next(statement, text, read_only_tree, context, params, environment, receiver, completion);
    } else {
        standard_ProcessUtility(statement, text, read_only_tree, context, params, environment, receiver,
                                completion);
    }
    if (limited()) {
        hold_limits();
    }
}

/* The protocol's function call has no statement around it that would hold a limit. */
static void
access_object(ObjectAccessType access, Oid class_oid, Oid object_oid, int sub_id, void *argument)
{
    if (access_next != NULL) {
        access_next(access, class_oid, object_oid, sub_id, argument);
    }
    if (access == OAT_FUNCTION_EXECUTE && debug_query_string == NULL && limited()) {
        refuse("the protocol's function call", NULL);
    }
}

static void
define_limit(const char *name, const char *what, int *variable, int initial, int low, int unit)
{
    DefineCustomIntVariable(name, what, NULL, variable, initial, low, MAX_KILOBYTES, PGC_SIGHUP, unit, NULL,
                            NULL, NULL);
}

void
mpos_analyst_limits_init(void)
{
    define_limit("mpos.analyst_statement_timeout", "Longest statement of an analyst.", &statement_ms_max,
                 30 * 1000, 1, GUC_UNIT_MS);
    define_limit("mpos.analyst_transaction_timeout", "Longest transaction of an analyst.",
                 &transaction_ms_max, 10 * 60 * 1000, 1, GUC_UNIT_MS);
    define_limit("mpos.analyst_idle_timeout", "Longest time that an analyst's transaction is idle.",
                 &idle_ms_max, 60 * 1000, 1, GUC_UNIT_MS);
    define_limit("mpos.analyst_temp_file_limit", "Largest temporary files of an analyst's session.",
                 &temp_kb_max, 1024 * 1024, 0, GUC_UNIT_KB);
    define_limit("mpos.analyst_work_mem", "Memory of one sort or hash of an analyst.", &work_kb_max,
                 64 * 1024, 64, GUC_UNIT_KB);
    plan_next = planner_hook;
    planner_hook = plan;
    run_next = ExecutorRun_hook;
    ExecutorRun_hook = run_plan;
    utility_next = ProcessUtility_hook;
    ProcessUtility_hook = run_utility;
    access_next = object_access_hook;
    object_access_hook = access_object;
}
