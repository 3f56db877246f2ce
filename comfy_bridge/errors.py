"""What can go wrong with a ComfyUI server, as a person may read it.

It knows nothing of jobs: `permanent` says whether trying again could help, `spent` whether that
takes a new prompt id (the old one has ended, is lost, or is not to be trusted any more).
"""

from studio.lib.errors import StudioError


class BridgeError(StudioError):
    """Anything that a ComfyUI server, a graph or a binding refuses."""

    code = "comfyui_error"
    status = 502
    spent = False


class Retryable(BridgeError):
    """It may succeed when it is tried again."""

    permanent = False
    status = 503


class ServerUnreachable(Retryable):
    """No connection: the server is down, restarting or out of reach."""

    code = "comfyui_unreachable"


class ServerTimeout(Retryable):
    """The server took the connection and did not answer in time."""

    code = "comfyui_timeout"


class ServerError(Retryable):
    """The server answered with an error of its own (5xx or an unexpected status)."""

    code = "comfyui_server_error"


class PromptLost(Retryable):
    """No list of the server knows the prompt any more: submit again under a new id."""

    code = "comfyui_prompt_lost"
    spent = True


class OutputGone(Retryable):
    """History names a file that /view no longer has: run again under another prefix."""

    code = "comfyui_output_gone"
    spent = True


class ProgressStalled(Retryable):
    """The prompt runs, the server answers, and nothing has moved for too long."""

    code = "comfyui_stalled"
    spent = True


class OutOfMemory(Retryable):
    """The server's device had no memory left for a node."""

    code = "comfyui_out_of_memory"
    spent = True


class GraphRefused(BridgeError):
    """The server refuses the graph; `extra["reasons"]` has one sentence per fault."""

    code = "comfyui_graph_refused"
    status = 422


class MissingNode(GraphRefused):
    """The graph needs a node class that the server does not have."""

    code = "comfyui_missing_node"


class MissingModel(GraphRefused):
    """The graph needs a model file that the server does not have, or names none of several."""

    code = "comfyui_missing_model"


class ExecutionFailed(BridgeError):
    """A node raised while it ran; `extra` has `node_id`, `node_class` and the cleaned message."""

    code = "comfyui_execution_failed"
    spent = True


class NoOutput(BridgeError):
    """The prompt ended well and its declared output nodes have no file."""

    code = "comfyui_no_output"
    spent = True


class Interrupted(BridgeError):
    """The prompt was cancelled, by us (`extra["by_us"]`) or at the server."""

    code = "comfyui_interrupted"
    spent = True
    status = 409


class HostileAnswer(BridgeError):
    """The answer is not what the protocol allows: too large, malformed or out of bounds."""

    code = "comfyui_hostile_answer"
    spent = True


class AddressRefused(BridgeError):
    """The server's address is malformed or outside the networks that the operator allows."""

    code = "comfyui_address_refused"
    status = 400


class BindingRefused(BridgeError):
    """A value does not fit its declared binding; `extra["field"]` names it."""

    code = "binding_refused"
    status = 400


class AgentSilent(BridgeError):
    """The optional agent beside a server does not tell how its GPUs are."""

    code = "gpu_agent_silent"
    status = 503


class NothingRuns(BridgeError):
    """The prompt that was to be stopped does not run at that server."""

    code = "nothing_runs"
    status = 409


class HookMissing(BridgeError):
    """The server has no restart hook, or the operator's folder no such file."""

    code = "restart_hook_missing"
    status = 409


class UnfitGraph(GraphRefused):
    """An uploaded graph cannot be sent to any server as it is."""

    code = "graph_refused"
    status = 400


class WorkflowRefused(BridgeError):
    """A workflow's name, title or kind is none; `extra["field"]` says which."""

    code = "workflow_refused"
    status = 400


class WorkflowExists(BridgeError):
    """The name is taken."""

    code = "workflow_exists"
    status = 409


class BuiltInWorkflow(BridgeError):
    """Built-in workflows come from their recipes, and only from there."""

    code = "workflow_built_in"
    status = 409


class NoServerToAsk(BridgeError):
    """Nobody can say what a server has: none is registered, online, or of that name."""

    code = "no_server_to_ask"
    status = 409


class ServerSilent(BridgeError):
    """The one server that was to be asked did not answer readably."""

    code = "server_silent"
    status = 409
