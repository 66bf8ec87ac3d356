"""LangChain's chat models. The argument names the integration: ollama, openai or anthropic."""

import sys

from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from program import INPUT, PROMPTS, SCHEMA, TOOL_RESULTS, error_of, features_of, run

INTEGRATION = sys.argv[1]


def create(model=INPUT.model, **more):
    if INTEGRATION == 'ollama':
        from langchain_ollama import ChatOllama

        return ChatOllama(model=model, base_url=INPUT.url, **more)
    if INTEGRATION == 'openai':
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(model=model, base_url=f'{INPUT.url}/v1', api_key='none', max_retries=0, **more)
    from langchain_anthropic import ChatAnthropic

    return ChatAnthropic(model=model, base_url=INPUT.url, api_key='none', max_retries=0, **more)


MODEL = create()
THINKING = {
    'ollama': {'reasoning': True},
    'anthropic': {'thinking': {'type': 'enabled', 'budget_tokens': 2048}, 'max_tokens': 4096},
}


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return TOOL_RESULTS[city]


WITH_TOOL = MODEL.bind_tools([get_weather])


def tool_round(prompt, stream):
    messages, calls, pieces = [HumanMessage(prompt)], [], []
    while True:
        if stream:
            message = None
            for chunk in WITH_TOOL.stream(messages):
                pieces.append(str(chunk.text))
                message = chunk if message is None else message + chunk
        else:
            message = WITH_TOOL.invoke(messages)
        if not message.tool_calls:
            return {'calls': calls, 'text': str(message.text), 'pieces': pieces}
        messages.append(message)
        for call in message.tool_calls:
            calls.append([call['name'], call['args']])
            messages.append(ToolMessage(get_weather.invoke(call['args']), tool_call_id=call['id']))


def pieces_of(chunks):
    return [text for chunk in chunks if (text := str(chunk.text))]


class Features:
    def chat(self):
        return {'text': str(MODEL.invoke([SystemMessage(INPUT.system), HumanMessage(PROMPTS.chat)]).text)}

    def usage(self):
        usage = MODEL.invoke(PROMPTS.usage).usage_metadata
        return {'usage': [usage['input_tokens'], usage['output_tokens']]}

    def stream(self):
        return {'pieces': pieces_of(MODEL.stream(PROMPTS.stream))}

    def thinking(self):
        message = create(**THINKING[INTEGRATION]).invoke(PROMPTS.thinking)
        thoughts = [block['reasoning'] for block in message.content_blocks if block['type'] == 'reasoning']
        return {'thinking': ''.join(thoughts), 'text': str(message.text)}

    def tool(self):
        return tool_round(PROMPTS.tool, False)

    def streamedTool(self):
        return tool_round(PROMPTS.streamedTool, True)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools, False)

    def streamedParallelTools(self):
        return tool_round(PROMPTS.streamedParallelTools, True)

    def schema(self):
        schema = {'title': 'Animal', 'description': 'An animal.', **SCHEMA}
        return {'object': MODEL.with_structured_output(schema).invoke(PROMPTS.schema)}

    def image(self):
        content = [
            {'type': 'text', 'text': PROMPTS.image},
            {'type': 'image', 'base64': INPUT.image, 'mime_type': 'image/png'},
        ]
        return {'text': str(MODEL.invoke([HumanMessage(content)]).text)}

    def history(self):
        messages = [HumanMessage(PROMPTS.history)]
        messages += [MODEL.invoke(messages), HumanMessage(PROMPTS.historyNext)]
        return {'text': str(MODEL.invoke(messages).text)}

    def cancel(self):
        chunks = MODEL.stream(PROMPTS.cancel)
        pieces = [next(text for chunk in chunks if (text := str(chunk.text)))]
        chunks.close()
        return {'pieces': pieces}

    def apiError(self):
        return error_of(lambda: MODEL.invoke(PROMPTS.apiError))

    def unknownModel(self):
        return error_of(lambda: create(model=INPUT.unknownModel).invoke(PROMPTS.unknownModel))


run(f'langchain-{INTEGRATION}', features_of(Features()))
