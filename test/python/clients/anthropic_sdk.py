"""Anthropic's client for Python."""

import json

import anthropic
from program import INPUT, PROMPTS, SCHEMA, TOOL, TOOL_RESULTS, error_of, features_of, run

CLIENT = anthropic.Anthropic(base_url=INPUT.url, api_key='none', max_retries=0)
MAX_TOKENS = 4096
CLIENT_TOOL = {
    'name': TOOL['name'],
    'description': TOOL['description'],
    'input_schema': TOOL['parameters'],
}


def create(content, **more):
    messages = [{'role': 'user', 'content': content}]
    return CLIENT.messages.create(model=INPUT.model, max_tokens=MAX_TOKENS, messages=messages, **more)


def text_of(message):
    return ''.join(block.text for block in message.content if block.type == 'text')


def answer_calls(messages, message, calls):
    """Whether the message has calls. Adds it and the results to the history."""
    results = []
    for block in message.content:
        if block.type == 'tool_use':
            calls.append([block.name, block.input])
            output = TOOL_RESULTS[block.input['city']]
            results.append({'type': 'tool_result', 'tool_use_id': block.id, 'content': output})
    messages += [{'role': 'assistant', 'content': message.content}, {'role': 'user', 'content': results}]
    return results != []


def tool_round(prompt):
    messages, calls = [{'role': 'user', 'content': prompt}], []
    while True:
        message = CLIENT.messages.create(
            model=INPUT.model, max_tokens=MAX_TOKENS, messages=messages, tools=[CLIENT_TOOL]
        )
        if not answer_calls(messages, message, calls):
            return {'calls': calls, 'text': text_of(message)}


def streamed_tool_round(prompt):
    messages, calls, pieces = [{'role': 'user', 'content': prompt}], [], []
    while True:
        with CLIENT.messages.stream(
            model=INPUT.model, max_tokens=MAX_TOKENS, messages=messages, tools=[CLIENT_TOOL]
        ) as stream:
            pieces += list(stream.text_stream)
            message = stream.get_final_message()
        if not answer_calls(messages, message, calls):
            return {'calls': calls, 'pieces': pieces}


class Features:
    def models(self):
        return {'models': [model.id for model in CLIENT.models.list()]}

    def chat(self):
        return {'text': text_of(create(PROMPTS.chat, system=INPUT.system))}

    def usage(self):
        usage = create(PROMPTS.usage).usage
        return {'usage': [usage.input_tokens, usage.output_tokens]}

    def stream(self):
        messages = [{'role': 'user', 'content': PROMPTS.stream}]
        with CLIENT.messages.stream(model=INPUT.model, max_tokens=MAX_TOKENS, messages=messages) as stream:
            return {'pieces': [piece for piece in stream.text_stream if piece]}

    def thinking(self):
        message = create(PROMPTS.thinking, thinking={'type': 'enabled', 'budget_tokens': 2048})
        thoughts = [block.thinking for block in message.content if block.type == 'thinking']
        return {'thinking': ''.join(thoughts), 'text': text_of(message)}

    def tool(self):
        return tool_round(PROMPTS.tool)

    def streamedTool(self):
        return streamed_tool_round(PROMPTS.streamedTool)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools)

    def streamedParallelTools(self):
        return streamed_tool_round(PROMPTS.streamedParallelTools)

    def schema(self):
        output = {'format': {'type': 'json_schema', 'schema': {**SCHEMA, 'additionalProperties': False}}}
        return {'object': json.loads(text_of(create(PROMPTS.schema, output_config=output)))}

    def image(self):
        source = {'type': 'base64', 'media_type': 'image/png', 'data': INPUT.image}
        content = [{'type': 'text', 'text': PROMPTS.image}, {'type': 'image', 'source': source}]
        return {'text': text_of(create(content))}

    def history(self):
        messages = [{'role': 'user', 'content': PROMPTS.history}]
        first = CLIENT.messages.create(model=INPUT.model, max_tokens=MAX_TOKENS, messages=messages)
        messages.append({'role': 'assistant', 'content': first.content})
        messages.append({'role': 'user', 'content': PROMPTS.historyNext})
        second = CLIENT.messages.create(model=INPUT.model, max_tokens=MAX_TOKENS, messages=messages)
        return {'text': text_of(second)}

    def cancel(self):
        messages = [{'role': 'user', 'content': PROMPTS.cancel}]
        with CLIENT.messages.stream(model=INPUT.model, max_tokens=MAX_TOKENS, messages=messages) as stream:
            return {'pieces': [next(iter(stream.text_stream))]}

    def apiError(self):
        return error_of(lambda: create(PROMPTS.apiError))

    def unknownModel(self):
        messages = [{'role': 'user', 'content': PROMPTS.unknownModel}]
        return error_of(
            lambda: CLIENT.messages.create(model=INPUT.unknownModel, max_tokens=MAX_TOKENS, messages=messages)
        )

    def countTokens(self):
        messages = [{'role': 'user', 'content': PROMPTS.countTokens}]
        counted = CLIENT.messages.count_tokens(model=INPUT.model, messages=messages)
        return {'tokens': counted.input_tokens}


run('anthropic', features_of(Features()))
