"""Pydantic AI's agents. The argument names the API: chat, responses or anthropic."""

import asyncio
import base64
import sys
from typing import Annotated

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from program import INPUT, PROMPTS, TOOL_RESULTS, error_of, features_of, run
from pydantic import BaseModel
from pydantic_ai import Agent, AgentRunResultEvent, BinaryContent
from pydantic_ai.messages import (
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ToolCallPart,
)
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

API = sys.argv[1]


def create(name=INPUT.model):
    if API == 'anthropic':
        client = AsyncAnthropic(base_url=INPUT.url, api_key='none', max_retries=0)
        return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client))
    client = AsyncOpenAI(base_url=f'{INPUT.url}/v1', api_key='none', max_retries=0)
    provider = OpenAIProvider(openai_client=client)
    return OpenAIResponsesModel(name, provider=provider) if API == 'responses' else OpenAIChatModel(name, provider=provider)


MODEL = create()
SETTINGS = {
    'chat': {'openai_reasoning_effort': 'high'},
    'responses': {'openai_reasoning_effort': 'high', 'openai_reasoning_summary': 'auto'},
    'anthropic': {'anthropic_thinking': {'type': 'enabled', 'budget_tokens': 2048}, 'max_tokens': 4096},
}


class Animal(BaseModel):
    name: str
    legs: int
    colors: list[str]


def get_weather(city: Annotated[str, 'The name of the city.']) -> str:
    """The weather of a city."""
    return TOOL_RESULTS[city]


AGENT = Agent(MODEL, retries=0)


def parts_of(result, kind):
    messages = [message for message in result.all_messages() if isinstance(message, ModelResponse)]
    return [part for message in messages for part in message.parts if isinstance(part, kind)]


def calls_of(result):
    return [[call.tool_name, call.args_as_dict()] for call in parts_of(result, ToolCallPart)]


def tool_round(prompt):
    result = Agent(MODEL, tools=[get_weather], retries=0).run_sync(prompt)
    return {'calls': calls_of(result), 'text': result.output}


async def stream_events(agent, prompt):
    """
    The pieces of text and the result. `run_stream` would end at the text before a call. The agent needs a client of its
    own: a client keeps connections of the event loop in which it was used first.
    """
    pieces, result = [], None
    async with agent.run_stream_events(prompt) as events:
        async for event in events:
            if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                pieces.append(event.part.content)
            elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                pieces.append(event.delta.content_delta)
            elif isinstance(event, AgentRunResultEvent):
                result = event.result
    return [piece for piece in pieces if piece], result


def streamed_tool_round(prompt):
    agent = Agent(create(), tools=[get_weather], retries=0)
    pieces, result = asyncio.run(stream_events(agent, prompt))
    return {'calls': calls_of(result), 'pieces': pieces}


class Features:
    def chat(self):
        return {'text': Agent(MODEL, instructions=INPUT.system).run_sync(PROMPTS.chat).output}

    def usage(self):
        usage = AGENT.run_sync(PROMPTS.usage).usage
        usage = usage() if callable(usage) else usage
        return {'usage': [usage.input_tokens, usage.output_tokens]}

    def stream(self):
        return {'pieces': asyncio.run(stream_events(Agent(create()), PROMPTS.stream))[0]}

    def thinking(self):
        result = AGENT.run_sync(PROMPTS.thinking, model_settings=SETTINGS[API])
        thoughts = [part.content for part in parts_of(result, ThinkingPart)]
        texts = [part.content for part in parts_of(result, TextPart)]
        return {'thinking': ''.join(thoughts), 'text': ''.join(texts)}

    def tool(self):
        return tool_round(PROMPTS.tool)

    def streamedTool(self):
        return streamed_tool_round(PROMPTS.streamedTool)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools)

    def streamedParallelTools(self):
        return streamed_tool_round(PROMPTS.streamedParallelTools)

    def schema(self):
        return {'object': Agent(MODEL, output_type=Animal, retries=0).run_sync(PROMPTS.schema).output.model_dump()}

    def image(self):
        image = BinaryContent(base64.b64decode(INPUT.image), media_type='image/png')
        return {'text': AGENT.run_sync([PROMPTS.image, image]).output}

    def history(self):
        first = AGENT.run_sync(PROMPTS.history)
        return {'text': AGENT.run_sync(PROMPTS.historyNext, message_history=first.all_messages()).output}

    def apiError(self):
        return error_of(lambda: AGENT.run_sync(PROMPTS.apiError))

    def unknownModel(self):
        return error_of(lambda: Agent(create(INPUT.unknownModel)).run_sync(PROMPTS.unknownModel))


run('pydantic-ai-slim', features_of(Features()))
