# fails: A body without name answers 422 and names it
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str | None = None
    price: float


@app.post("/items")
def create_item(item: Item):
    return {"name": item.name, "price_with_tax": round(item.price * 1.1, 2)}
