// Ollama's package api.
package main

import (
	"clients/program"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/ollama/ollama/api"
)

var (
	input  = program.Read()
	client = newClient()
	tools  = newTools()
	ctx    = context.Background()
)

func newClient() *api.Client {
	base, err := url.Parse(input.URL)
	if err != nil {
		panic(err)
	}
	return api.NewClient(base, http.DefaultClient)
}

func newTools() api.Tools {
	text, err := json.Marshal([]any{map[string]any{"type": "function", "function": input.Tool}})
	if err != nil {
		panic(err)
	}
	var tools api.Tools
	if err := json.Unmarshal(text, &tools); err != nil {
		panic(err)
	}
	return tools
}

// chat returns the joined message and its pieces.
func chat(request *api.ChatRequest, stream bool) (api.ChatResponse, []string, error) {
	var whole api.ChatResponse
	pieces := []string{}
	if request.Model == "" {
		request.Model = input.Model
	}
	request.Stream = &stream
	err := client.Chat(ctx, request, func(part api.ChatResponse) error {
		message := whole.Message
		if part.Message.Content != "" {
			pieces = append(pieces, part.Message.Content)
		}
		message.Role = part.Message.Role
		message.Content += part.Message.Content
		message.Thinking += part.Message.Thinking
		message.ToolCalls = append(message.ToolCalls, part.Message.ToolCalls...)
		whole = part
		whole.Message = message
		return nil
	})
	return whole, pieces, err
}

func user(text string) api.Message { return api.Message{Role: "user", Content: text} }

func ask(text string) *api.ChatRequest { return &api.ChatRequest{Messages: []api.Message{user(text)}} }

func textOf(request *api.ChatRequest) (program.Observed, error) {
	response, _, err := chat(request, false)
	return program.Observed{"text": response.Message.Content}, err
}

func toolRound(prompt string, stream bool) (program.Observed, error) {
	messages := []api.Message{user(prompt)}
	calls, all := program.Calls{}, []string{}
	for {
		response, pieces, err := chat(&api.ChatRequest{Messages: messages, Tools: tools}, stream)
		if err != nil {
			return nil, err
		}
		all = append(all, pieces...)
		if len(response.Message.ToolCalls) == 0 {
			return program.Observed{"calls": calls, "text": response.Message.Content, "pieces": all}, nil
		}
		messages = append(messages, response.Message)
		for _, call := range response.Message.ToolCalls {
			arguments := call.Function.Arguments.ToMap()
			calls = append(calls, [2]any{call.Function.Name, arguments})
			city, _ := arguments["city"].(string)
			messages = append(messages, api.Message{
				Role: "tool", Content: input.ToolResults[city], ToolName: call.Function.Name, ToolCallID: call.ID,
			})
		}
	}
}

func status(err error) int {
	var found api.StatusError
	if errors.As(err, &found) {
		return found.StatusCode
	}
	return 0
}

func main() {
	prompts := input.Prompts
	program.Run("github.com/ollama/ollama", input, map[string]func() (program.Observed, error){
		"models": func() (program.Observed, error) {
			list, err := client.List(ctx)
			if err != nil {
				return nil, err
			}
			names := []string{}
			for _, model := range list.Models {
				names = append(names, model.Name)
			}
			return program.Observed{"models": names}, nil
		},
		"chat": func() (program.Observed, error) {
			system := api.Message{Role: "system", Content: input.System}
			return textOf(&api.ChatRequest{Messages: []api.Message{system, user(prompts["chat"])}})
		},
		"usage": func() (program.Observed, error) {
			response, _, err := chat(ask(prompts["usage"]), false)
			return program.Observed{"usage": []int{response.PromptEvalCount, response.EvalCount}}, err
		},
		"stream": func() (program.Observed, error) {
			_, pieces, err := chat(ask(prompts["stream"]), true)
			return program.Observed{"pieces": pieces}, err
		},
		"thinking": func() (program.Observed, error) {
			request := ask(prompts["thinking"])
			request.Think = &api.ThinkValue{Value: true}
			response, _, err := chat(request, true)
			return program.Observed{"thinking": response.Message.Thinking, "text": response.Message.Content}, err
		},
		"tool":                  func() (program.Observed, error) { return toolRound(prompts["tool"], false) },
		"streamedTool":          func() (program.Observed, error) { return toolRound(prompts["streamedTool"], true) },
		"parallelTools":         func() (program.Observed, error) { return toolRound(prompts["parallelTools"], false) },
		"streamedParallelTools": func() (program.Observed, error) { return toolRound(prompts["streamedParallelTools"], true) },
		"schema": func() (program.Observed, error) {
			request := ask(prompts["schema"])
			request.Format = input.Schema
			response, _, err := chat(request, false)
			if err != nil {
				return nil, err
			}
			var object any
			err = json.NewDecoder(strings.NewReader(response.Message.Content)).Decode(&object)
			return program.Observed{"object": object}, err
		},
		"image": func() (program.Observed, error) {
			message := user(prompts["image"])
			message.Images = []api.ImageData{input.Image}
			return textOf(&api.ChatRequest{Messages: []api.Message{message}})
		},
		"history": func() (program.Observed, error) {
			messages := []api.Message{user(prompts["history"])}
			response, _, err := chat(&api.ChatRequest{Messages: messages}, false)
			if err != nil {
				return nil, err
			}
			messages = append(messages, response.Message, user(prompts["historyNext"]))
			return textOf(&api.ChatRequest{Messages: messages})
		},
		"cancel": func() (program.Observed, error) {
			cancelled, cancel := context.WithCancel(ctx)
			defer cancel()
			request := ask(prompts["cancel"])
			request.Model = input.Model
			pieces := []string{}
			err := client.Chat(cancelled, request, func(part api.ChatResponse) error {
				if part.Message.Content != "" {
					pieces = append(pieces, part.Message.Content)
					cancel()
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				return nil, err
			}
			return program.Observed{"pieces": pieces}, nil
		},
		"apiError": func() (program.Observed, error) {
			_, _, err := chat(ask(prompts["apiError"]), false)
			return program.ErrorOf(status, err)
		},
		"unknownModel": func() (program.Observed, error) {
			request := ask(prompts["unknownModel"])
			request.Model = input.UnknownModel
			_, _, err := chat(request, false)
			return program.ErrorOf(status, err)
		},
		"embeddings": func() (program.Observed, error) {
			_, err := client.Embed(ctx, &api.EmbedRequest{Model: input.Model, Input: prompts["embeddings"]})
			return program.ErrorOf(status, err)
		},
	})
}
