"""OpenAI's client for Python with chat completions."""

import json

import openai
from program import FUNCTION, IMAGE_URL, INPUT, PROMPTS, SCHEMA, TOOL_RESULTS, error_of, features_of, run

CLIENT = openai.OpenAI(base_url=f'{INPUT.url}/v1', api_key='none', max_retries=0)


def create(prompt, **more):
    messages = [{'role': 'user', 'content': prompt}]
    return CLIENT.chat.completions.create(model=INPUT.model, messages=messages, **more)


def text_of(completion):
    return completion.choices[0].message.content


def answer_calls(messages, message, calls):
    messages.append(message)
    for call in message.tool_calls:
        arguments = json.loads(call.function.arguments)
        calls.append([call.function.name, arguments])
        messages.append({'role': 'tool', 'tool_call_id': call.id, 'content': TOOL_RESULTS[arguments['city']]})


def tool_round(prompt):
    messages, calls = [{'role': 'user', 'content': prompt}], []
    while True:
        completion = CLIENT.chat.completions.create(model=INPUT.model, messages=messages, tools=[FUNCTION])
        message = completion.choices[0].message
        if not message.tool_calls:
            return {'calls': calls, 'text': message.content}
        answer_calls(messages, message, calls)


def streamed_tool_round(prompt):
    """With the SDK's accumulating stream."""
    messages, calls, pieces = [{'role': 'user', 'content': prompt}], [], []
    while True:
        with CLIENT.chat.completions.stream(model=INPUT.model, messages=messages, tools=[FUNCTION]) as stream:
            pieces += [event.delta for event in stream if event.type == 'content.delta']
            message = stream.get_final_completion().choices[0].message
        if not message.tool_calls:
            return {'calls': calls, 'pieces': pieces}
        answer_calls(messages, message, calls)


class Features:
    def models(self):
        return {'models': [model.id for model in CLIENT.models.list()]}

    def chat(self):
        messages = [{'role': 'system', 'content': INPUT.system}, {'role': 'user', 'content': PROMPTS.chat}]
        return {'text': text_of(CLIENT.chat.completions.create(model=INPUT.model, messages=messages))}

    def usage(self):
        usage = create(PROMPTS.usage).usage
        return {'usage': [usage.prompt_tokens, usage.completion_tokens]}

    def stream(self):
        deltas = [chunk.choices[0].delta.content for chunk in create(PROMPTS.stream, stream=True)]
        return {'pieces': [piece for piece in deltas if piece]}

    def thinking(self):
        message = create(PROMPTS.thinking, reasoning_effort='high').choices[0].message
        return {'thinking': message.reasoning, 'text': message.content}

    def tool(self):
        return tool_round(PROMPTS.tool)

    def streamedTool(self):
        return streamed_tool_round(PROMPTS.streamedTool)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools)

    def streamedParallelTools(self):
        return streamed_tool_round(PROMPTS.streamedParallelTools)

    def schema(self):
        response_format = {'type': 'json_schema', 'json_schema': {'name': 'animal', 'schema': SCHEMA}}
        return {'object': json.loads(text_of(create(PROMPTS.schema, response_format=response_format)))}

    def image(self):
        content = [
            {'type': 'text', 'text': PROMPTS.image},
            {'type': 'image_url', 'image_url': {'url': IMAGE_URL}},
        ]
        return {'text': text_of(create(content))}

    def history(self):
        messages = [{'role': 'user', 'content': PROMPTS.history}]
        first = CLIENT.chat.completions.create(model=INPUT.model, messages=messages)
        messages += [first.choices[0].message, {'role': 'user', 'content': PROMPTS.historyNext}]
        return {'text': text_of(CLIENT.chat.completions.create(model=INPUT.model, messages=messages))}

    def cancel(self):
        stream = create(PROMPTS.cancel, stream=True)
        pieces = []
        for chunk in stream:
            if chunk.choices[0].delta.content:
                pieces.append(chunk.choices[0].delta.content)
                break
        stream.close()
        return {'pieces': pieces}

    def apiError(self):
        return error_of(lambda: create(PROMPTS.apiError))

    def unknownModel(self):
        messages = [{'role': 'user', 'content': PROMPTS.unknownModel}]
        return error_of(lambda: CLIENT.chat.completions.create(model=INPUT.unknownModel, messages=messages))

    def embeddings(self):
        return error_of(lambda: CLIENT.embeddings.create(model=INPUT.model, input=PROMPTS.embeddings))


run('openai', features_of(Features()))
