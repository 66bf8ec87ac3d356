"""OpenAI's Agents SDK. The argument names the API: chat or responses."""

import asyncio
import json
import sys

import agents
from openai import AsyncOpenAI
from program import IMAGE_URL, INPUT, PROMPTS, TOOL_RESULTS, error_of, features_of, run
from pydantic import BaseModel

API = sys.argv[1]
agents.set_tracing_disabled(True)
CLIENT = AsyncOpenAI(base_url=f'{INPUT.url}/v1', api_key='none', max_retries=0)


def create(name=INPUT.model):
    kind = agents.OpenAIResponsesModel if API == 'responses' else agents.OpenAIChatCompletionsModel
    return kind(model=name, openai_client=CLIENT)


class Animal(BaseModel):
    name: str
    legs: int
    colors: list[str]


@agents.function_tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return TOOL_RESULTS[city]


def agent(**more):
    return agents.Agent(**{'name': 'Tester', 'model': create(), **more})


def calls_of(result):
    items = [item.raw_item for item in result.new_items if item.type == 'tool_call_item']
    return [[item.name, json.loads(item.arguments)] for item in items]


def tool_round(prompt):
    result = agents.Runner.run_sync(agent(tools=[get_weather]), prompt)
    return {'calls': calls_of(result), 'text': result.final_output}


async def pieces_of(result):
    pieces = []
    async for event in result.stream_events():
        if event.type == 'raw_response_event' and event.data.type == 'response.output_text.delta':
            pieces.append(event.data.delta)
    return pieces


def streamed_tool_round(prompt):
    async def go():
        result = agents.Runner.run_streamed(agent(tools=[get_weather]), prompt)
        pieces = await pieces_of(result)
        return {'calls': calls_of(result), 'pieces': pieces}

    return asyncio.run(go())


class Features:
    def chat(self):
        return {'text': agents.Runner.run_sync(agent(instructions=INPUT.system), PROMPTS.chat).final_output}

    def usage(self):
        usage = agents.Runner.run_sync(agent(), PROMPTS.usage).context_wrapper.usage
        return {'usage': [usage.input_tokens, usage.output_tokens]}

    def stream(self):
        async def go():
            return {'pieces': await pieces_of(agents.Runner.run_streamed(agent(), PROMPTS.stream))}

        return asyncio.run(go())

    def tool(self):
        return tool_round(PROMPTS.tool)

    def streamedTool(self):
        return streamed_tool_round(PROMPTS.streamedTool)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools)

    def streamedParallelTools(self):
        return streamed_tool_round(PROMPTS.streamedParallelTools)

    def schema(self):
        result = agents.Runner.run_sync(agent(output_type=Animal), PROMPTS.schema)
        return {'object': result.final_output.model_dump()}

    def image(self):
        content = [
            {'type': 'input_image', 'image_url': IMAGE_URL, 'detail': 'auto'},
            {'type': 'input_text', 'text': PROMPTS.image},
        ]
        return {'text': agents.Runner.run_sync(agent(), [{'role': 'user', 'content': content}]).final_output}

    def history(self):
        items = agents.Runner.run_sync(agent(), PROMPTS.history).to_input_list()
        items.append({'role': 'user', 'content': PROMPTS.historyNext})
        return {'text': agents.Runner.run_sync(agent(), items).final_output}

    def apiError(self):
        return error_of(lambda: agents.Runner.run_sync(agent(), PROMPTS.apiError))

    def unknownModel(self):
        unknown = agent(model=create(INPUT.unknownModel))
        return error_of(lambda: agents.Runner.run_sync(unknown, PROMPTS.unknownModel))


run('openai-agents', features_of(Features()))
