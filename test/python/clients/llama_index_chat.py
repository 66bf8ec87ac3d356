"""LlamaIndex's class Ollama."""

from llama_index.core.base.llms.types import ChatMessage, ImageBlock, TextBlock
from llama_index.core.tools import FunctionTool
from llama_index.llms.ollama import Ollama
from program import INPUT, PROMPTS, TOOL_RESULTS, error_of, features_of, run
from pydantic import BaseModel

import base64


def create(model=INPUT.model, **more):
    return Ollama(model=model, base_url=INPUT.url, request_timeout=120, context_window=200_000, **more)


class Animal(BaseModel):
    name: str
    legs: int
    colors: list[str]


def get_weather(city: str) -> str:
    """The weather of a city."""
    return TOOL_RESULTS[city]


TOOLS = [FunctionTool.from_defaults(get_weather)]
LLM = create()


def user(text):
    return ChatMessage(role='user', content=text)


def tool_round(prompt, stream):
    messages, calls, pieces = [user(prompt)], [], []
    while True:
        if stream:
            for answer in LLM.stream_chat_with_tools(TOOLS, chat_history=messages, allow_parallel_tool_calls=True):
                pieces.append(answer.delta or '')
        else:
            answer = LLM.chat_with_tools(TOOLS, chat_history=messages, allow_parallel_tool_calls=True)
        found = LLM.get_tool_calls_from_response(answer, error_on_no_tool_call=False)
        if not found:
            return {'calls': calls, 'text': answer.message.content, 'pieces': pieces}
        messages.append(answer.message)
        for call in found:
            calls.append([call.tool_name, call.tool_kwargs])
            messages.append(
                ChatMessage(
                    role='tool',
                    content=get_weather(**call.tool_kwargs),
                    additional_kwargs={'tool_call_id': call.tool_id},
                )
            )


class Features:
    def chat(self):
        messages = [ChatMessage(role='system', content=INPUT.system), user(PROMPTS.chat)]
        return {'text': LLM.chat(messages).message.content}

    def usage(self):
        usage = LLM.chat([user(PROMPTS.usage)]).raw['usage']
        return {'usage': [usage['prompt_tokens'], usage['completion_tokens']]}

    def stream(self):
        deltas = [part.delta for part in LLM.stream_chat([user(PROMPTS.stream)])]
        return {'pieces': [piece for piece in deltas if piece]}

    def thinking(self):
        blocks = create(thinking=True).chat([user(PROMPTS.thinking)]).message.blocks
        thoughts = [block.content for block in blocks if block.block_type == 'thinking']
        return {
            'thinking': ''.join(thoughts),
            'text': ''.join(block.text for block in blocks if block.block_type == 'text'),
        }

    def tool(self):
        return tool_round(PROMPTS.tool, False)

    def streamedTool(self):
        return tool_round(PROMPTS.streamedTool, True)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools, False)

    def streamedParallelTools(self):
        return tool_round(PROMPTS.streamedParallelTools, True)

    def schema(self):
        answer = LLM.as_structured_llm(Animal).chat([user(PROMPTS.schema)])
        return {'object': answer.raw.model_dump()}

    def image(self):
        blocks = [TextBlock(text=PROMPTS.image), ImageBlock(image=base64.b64decode(INPUT.image))]
        return {'text': LLM.chat([ChatMessage(role='user', blocks=blocks)]).message.content}

    def history(self):
        messages = [user(PROMPTS.history)]
        messages += [LLM.chat(messages).message, user(PROMPTS.historyNext)]
        return {'text': LLM.chat(messages).message.content}

    def cancel(self):
        parts = LLM.stream_chat([user(PROMPTS.cancel)])
        pieces = [next(part.delta for part in parts if part.delta)]
        parts.close()
        return {'pieces': pieces}

    def apiError(self):
        return error_of(lambda: LLM.chat([user(PROMPTS.apiError)]))

    def unknownModel(self):
        return error_of(lambda: create(model=INPUT.unknownModel).chat([user(PROMPTS.unknownModel)]))


run('llama-index-llms-ollama', features_of(Features()))
