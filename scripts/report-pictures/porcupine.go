// Judges the operations of a register with Porcupine, and writes its page: go run . OPERATIONS.json PAGE.html
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/anishathalye/porcupine"
)

type operation struct {
	Client  int    `json:"client"`
	Name    string `json:"name"`
	IsWrite bool   `json:"isWrite"`
	Value   int    `json:"value"`
	Call    int64  `json:"call"`
	Return  int64  `json:"return"`
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var recorded []operation
	if err := json.Unmarshal(text, &recorded); err != nil {
		log.Fatal(err)
	}
	var operations []porcupine.Operation
	for _, each := range recorded {
		operations = append(operations, porcupine.Operation{
			ClientId: each.Client, Input: each, Call: each.Call, Output: each.Value, Return: each.Return,
		})
	}
	model := porcupine.Model{
		Init: func() interface{} { return 0 },
		Step: func(state, input, output interface{}) (bool, interface{}) {
			if each := input.(operation); each.IsWrite {
				return true, each.Value
			}
			return output.(int) == state.(int), state
		},
		DescribeOperation: func(input, output interface{}) string {
			if each := input.(operation); each.IsWrite {
				return fmt.Sprintf("write %d%%", each.Value)
			}
			return fmt.Sprintf("read %d%%", output.(int))
		},
	}
	result, info := porcupine.CheckOperationsVerbose(model, operations, 0)
	fmt.Println(result)
	if err := porcupine.VisualizePath(model, info, os.Args[2]); err != nil {
		log.Fatal(err)
	}
}
