//! The one table of attribute names: OpenTelemetry's GenAI conventions (1.42, status Development, so
//! that names still move), its core conventions, and what Datadog reads beside them.

/// `chat`, `execute_tool`, `invoke_agent`: see [`operation`].
pub const OPERATION: &str = "gen_ai.operation.name";
/// Took the place of [`SYSTEM`] in 1.37.
pub const PROVIDER: &str = "gen_ai.provider.name";
/// Read where [`PROVIDER`] is missing, never written.
pub const SYSTEM: &str = "gen_ai.system";
pub const AGENT_ID: &str = "gen_ai.agent.id";
pub const AGENT_NAME: &str = "gen_ai.agent.name";
/// Groups traces; Datadog's `session_id`.
pub const CONVERSATION: &str = "gen_ai.conversation.id";
pub const REQUEST_MODEL: &str = "gen_ai.request.model";
pub const RESPONSE_MODEL: &str = "gen_ai.response.model";
pub const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
pub const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// No convention: what Datadog reads beside the two.
pub const TOTAL_TOKENS: &str = "gen_ai.usage.total_tokens";
pub const CACHE_READ_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// No convention: what Datadog seems to read as the cost, in US dollars.
pub const COST: &str = "gen_ai.cost.estimated_total";
pub const TOOL_NAME: &str = "gen_ai.tool.name";
pub const TOOL_TYPE: &str = "gen_ai.tool.type";
/// Content, which leaves only when asked for.
pub const TOOL_ARGUMENTS: &str = "gen_ai.tool.call.arguments";
pub const TOOL_RESULT: &str = "gen_ai.tool.call.result";
pub const INPUT_MESSAGES: &str = "gen_ai.input.messages";
pub const OUTPUT_MESSAGES: &str = "gen_ai.output.messages";

/// The values of [`OPERATION`].
pub mod operation {
    pub const INVOKE_AGENT: &str = "invoke_agent";
    pub const CREATE_AGENT: &str = "create_agent";
    pub const CHAT: &str = "chat";
    pub const EMBEDDINGS: &str = "embeddings";
    pub const EXECUTE_TOOL: &str = "execute_tool";
    pub const RETRIEVAL: &str = "retrieval";
    pub const INVOKE_WORKFLOW: &str = "invoke_workflow";
}

/// Where spans hold their cost in US dollars: no convention, so each framework has its own.
pub const COSTS: [&str; 5] = [
    "gen_ai.cost.estimated_total",
    "gen_ai.usage.cost",
    "operation.cost",
    "llm.cost.total",
    "execlave.cost_usd",
];
/// The names of tokens before 1.27, which are still met.
pub const OLD_INPUT_TOKENS: &str = "gen_ai.usage.prompt_tokens";
pub const OLD_OUTPUT_TOKENS: &str = "gen_ai.usage.completion_tokens";
/// What holds prompts, answers, or what a tool was given and gave back; older names included.
pub const CONTENT: [&str; 11] = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    TOOL_ARGUMENTS,
    TOOL_RESULT,
    "gen_ai.prompt",
    "gen_ai.completion",
    "pydantic_ai.all_messages",
    "tool_arguments",
    "tool_response",
    "input.value",
];

pub const DB_SYSTEM: &str = "db.system.name";
pub const DB_QUERY: &str = "db.query.text";
pub const DB_OPERATION: &str = "db.operation.name";
pub const ERROR_TYPE: &str = "error.type";
pub const SESSION_ID: &str = "session.id";
pub const USER_ID: &str = "user.id";

pub const SERVICE: &str = "service.name";
pub const SERVICE_VERSION: &str = "service.version";
pub const ENVIRONMENT: &str = "deployment.environment.name";
/// The older name, which Agents before 7.58 read.
pub const ENVIRONMENT_OLD: &str = "deployment.environment";
pub const HOST: &str = "host.name";
pub const SDK: &str = "telemetry.sdk.name";

/// Whether a trace goes to LLM Observability. Set on the resource, either way: Datadog's pages
/// disagree about what holds without it.
pub const LLMOBS_ENABLED: &str = "dd_llmobs_enabled";
/// A JSON object as text, which Datadog merges into a span's metadata.
pub const LLMOBS_METADATA: &str = "_dd.ml_obs.metadata";

/// What a session ran, and what that printed, where no convention has a name for it.
pub const COMMAND: &str = "session.command";
pub const OUTPUT: &str = "session.output";
/// The end of a span is not known: it is that of the next one's beginning.
pub const END_INFERRED: &str = "ddctl.end.inferred";
