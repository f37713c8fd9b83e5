from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    """What the body of the request has to contain. The fields are missing."""


@app.post("/items")
def create_item(item: Item):
    ...
