/* Asks a SavedModel one thing through TensorFlow's C API, whose loader is the one that TensorFlow Serving has.

   predict MODEL OUTPUT_OPERATION OUTPUT_INDEX ANSWER {INPUT_OPERATION INDEX TYPE DIMENSIONS FILE}...

   TYPE is float, uint8, int32 or string; DIMENSIONS as 2,16,16,3. FILE holds the numbers as they lie in memory, or is the
   one string of a batch of one. ANSWER gets the numbers of the output, or its first string. Exit code 3: the request was
   answered with an error, which is printed; the same request is then asked a second time, to see that the model goes on. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/tf_tstring.h"

#define MOST 8

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) fail(path, "cannot be read");
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  if (fread(bytes, 1, *size, file) != *size) fail(path, "cannot be read to its end");
  fclose(file);
  return bytes;
}

static TF_Tensor *tensor_of(const char *type, char *dimensions, const char *path) {
  int64_t shape[MOST];
  int rank = 0;
  for (char *part = strtok(dimensions, ","); part && rank < MOST; part = strtok(NULL, ",")) shape[rank++] = atoll(part);
  size_t size;
  char *bytes = read_file(path, &size);
  TF_Tensor *tensor;
  if (!strcmp(type, "string")) {
    tensor = TF_AllocateTensor(TF_STRING, shape, rank, sizeof(TF_TString));
    TF_TString *text = TF_TensorData(tensor);
    TF_TString_Init(text);
    TF_TString_Copy(text, bytes, size);
  } else {
    TF_DataType kind = !strcmp(type, "float") ? TF_FLOAT : !strcmp(type, "uint8") ? TF_UINT8 : TF_INT32;
    tensor = TF_AllocateTensor(kind, shape, rank, size);
    memcpy(TF_TensorData(tensor), bytes, size);
  }
  free(bytes);
  return tensor;
}

static TF_Output place(TF_Graph *graph, const char *name, const char *index) {
  TF_Output found = {TF_GraphOperationByName(graph, name), atoi(index)};
  if (!found.oper) fail(name, "no such operation");
  return found;
}

int main(int count, char **words) {
  if (count < 10 || (count - 5) % 5) fail("predict", "expected MODEL OPERATION INDEX ANSWER and five words an input");
  TF_Status *status = TF_NewStatus();
  TF_Graph *graph = TF_NewGraph();
  TF_SessionOptions *options = TF_NewSessionOptions();
  const char *tags[] = {"serve"};
  TF_Session *session = TF_LoadSessionFromSavedModel(options, NULL, words[1], tags, 1, graph, NULL, status);
  if (TF_GetCode(status) != TF_OK) fail("loading", TF_Message(status));

  TF_Output output = place(graph, words[2], words[3]);
  TF_Output inputs[MOST];
  TF_Tensor *values[MOST], *answer = NULL;
  int number = (count - 5) / 5;
  if (number > MOST) fail("predict", "too many inputs");
  for (int i = 0; i < number; i++) {
    char **input = words + 5 + 5 * i;
    inputs[i] = place(graph, input[0], input[1]);
    values[i] = tensor_of(input[2], input[3], input[4]);
  }
  int refused = 0;
  for (int turn = 0; turn < 2; turn++) {
    TF_SessionRun(session, NULL, inputs, values, number, &output, &answer, 1, NULL, 0, NULL, status);
    if (TF_GetCode(status) == TF_OK) break;
    refused = 1;
    fprintf(stderr, "refused: %s\n", TF_Message(status));
  }
  if (refused) return 3;

  FILE *file = fopen(words[4], "wb");
  if (!file) fail(words[4], "cannot be written");
  if (TF_TensorType(answer) == TF_STRING) {
    TF_TString *text = TF_TensorData(answer);
    fwrite(TF_TString_GetDataPointer(text), 1, TF_TString_GetSize(text), file);
  } else {
    fwrite(TF_TensorData(answer), 1, TF_TensorByteSize(answer), file);
  }
  fclose(file);
  TF_CloseSession(session, status);
  TF_DeleteSession(session, status);
  TF_DeleteGraph(graph);
  return 0;
}
