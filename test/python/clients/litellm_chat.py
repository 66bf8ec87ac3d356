"""LiteLLM. The argument names its provider: ollama_chat or openai."""

import json
import sys

import litellm
from program import FUNCTION, IMAGE_URL, INPUT, PROMPTS, SCHEMA, TOOL_RESULTS, error_of, features_of, run

PROVIDER = sys.argv[1]
BASE = {'ollama_chat': INPUT.url, 'openai': f'{INPUT.url}/v1'}[PROVIDER]


def complete(messages, model=INPUT.model, **more):
    if isinstance(messages, str):
        messages = [{'role': 'user', 'content': messages}]
    return litellm.completion(
        model=f'{PROVIDER}/{model}', messages=messages, api_base=BASE, api_key='none', num_retries=0, **more
    )


def tool_round(prompt, stream):
    messages, calls, pieces = [{'role': 'user', 'content': prompt}], [], []
    while True:
        answer = complete(messages, tools=[FUNCTION], stream=stream)
        if stream:
            chunks = list(answer)
            pieces += [chunk.choices[0].delta.content or '' for chunk in chunks]
            answer = litellm.stream_chunk_builder(chunks, messages=messages)
        message = answer.choices[0].message
        if not message.tool_calls:
            return {'calls': calls, 'text': message.content, 'pieces': pieces}
        messages.append(message)
        for call in message.tool_calls:
            arguments = json.loads(call.function.arguments)
            calls.append([call.function.name, arguments])
            result = TOOL_RESULTS[arguments['city']]
            messages.append({'role': 'tool', 'tool_call_id': call.id, 'content': result})


class Features:
    def chat(self):
        messages = [{'role': 'system', 'content': INPUT.system}, {'role': 'user', 'content': PROMPTS.chat}]
        return {'text': complete(messages).choices[0].message.content}

    def usage(self):
        usage = complete(PROMPTS.usage).usage
        return {'usage': [usage.prompt_tokens, usage.completion_tokens]}

    def stream(self):
        deltas = [chunk.choices[0].delta.content for chunk in complete(PROMPTS.stream, stream=True)]
        return {'pieces': [piece for piece in deltas if piece]}

    def thinking(self):
        effort = {'reasoning_effort': 'high', 'allowed_openai_params': ['reasoning_effort']}
        message = complete(PROMPTS.thinking, **effort).choices[0].message
        return {'thinking': message.reasoning_content, 'text': message.content}

    def tool(self):
        return tool_round(PROMPTS.tool, False)

    def streamedTool(self):
        return tool_round(PROMPTS.streamedTool, True)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools, False)

    def streamedParallelTools(self):
        return tool_round(PROMPTS.streamedParallelTools, True)

    def schema(self):
        response_format = {'type': 'json_schema', 'json_schema': {'name': 'animal', 'schema': SCHEMA}}
        return {'object': json.loads(complete(PROMPTS.schema, response_format=response_format).choices[0].message.content)}

    def image(self):
        content = [
            {'type': 'text', 'text': PROMPTS.image},
            {'type': 'image_url', 'image_url': {'url': IMAGE_URL}},
        ]
        return {'text': complete([{'role': 'user', 'content': content}]).choices[0].message.content}

    def history(self):
        messages = [{'role': 'user', 'content': PROMPTS.history}]
        messages += [complete(messages).choices[0].message, {'role': 'user', 'content': PROMPTS.historyNext}]
        return {'text': complete(messages).choices[0].message.content}

    def cancel(self):
        stream = complete(PROMPTS.cancel, stream=True)
        pieces = [next(text for chunk in stream if (text := chunk.choices[0].delta.content))]
        stream.completion_stream.close()
        return {'pieces': pieces}

    def apiError(self):
        return error_of(lambda: complete(PROMPTS.apiError))

    def unknownModel(self):
        return error_of(lambda: complete(PROMPTS.unknownModel, model=INPUT.unknownModel))

    def embeddings(self):
        return error_of(
            lambda: litellm.embedding(
                model=f'{PROVIDER.removesuffix("_chat")}/{INPUT.model}',
                input=[PROMPTS.embeddings],
                api_base=BASE,
                api_key='none',
            )
        )


run('litellm', features_of(Features()))
